import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import express from 'express'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../../browser.ts'
import type { Library, RelyingParty, Seen, Target } from '../library.ts'
import { serve } from '../web-app.ts'

/** In a real browser, which trusts no authority that the tests make up. */
export const oidcClientTs: Library = {
  name: 'oidc-client-ts',
  how: 'loadUserInfo, in Chromium',
  package: 'oidc-client-ts',
  about:
    'Of an ID token it looks at the subject and the nonce alone, of one that comes with a refresh also at whether it is as before, and at no signature. It asks userinfo with each. Where a connection breaks without an answer, Chromium sends the request anew: after `lost-response`, the same code twice. Tried with each fault at one place.',
  isPublic: true,
  registers: ['userinfo_signed_response_alg'],
  plainHttpOnly: true,
  usualPlacesOnly: true,
  open,
}

/** Longer than any round takes that ends, in milliseconds. */
const patienceMs = 25_000

async function open(): Promise<RelyingParty> {
  const script = await bundle()
  const visits = new Map<string, (seen: Seen) => void>()
  const app = express()
  app.get('/page.js', (_, response) => void response.type('text/javascript').send(script))
  app.get(['/', '/callback'], (_, response) => {
    response.send('<!doctype html><title>The app</title><script type="module" src="/page.js"></script>')
  })
  app.post('/seen/:visit', express.json({ type: () => true }), ({ params, body }, response) => {
    visits.get(params.visit)?.(body)
    response.sendStatus(204)
  })
  const { origin, close } = await serve(app)
  const browser = await launchBrowser()
  return {
    redirectUri: `${origin}/callback`,
    login: async (target) => {
      const visit = randomUUID()
      const told = new Promise<Seen>((resolve) => visits.set(visit, resolve))
      return await login(browser, startOf(origin, target, visit), told).finally(() => visits.delete(visit))
    },
    close: async () => {
      await browser.close()
      await close()
    },
  }
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('oidc-client-ts-page.js', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  })
  return outputFiles[0]?.text ?? ''
}

function startOf(origin: string, { issuer, clientId, timeoutMs }: Target, visit: string): URL {
  const seconds = timeoutMs / 1000
  const settings = {
    visit,
    authority: issuer,
    client_id: clientId,
    requestTimeoutInSeconds: seconds,
    silentRequestTimeoutInSeconds: seconds,
  }
  return new URL(`/?${new URLSearchParams({ settings: JSON.stringify(settings) })}`, origin)
}

/** A browser of its own for each: no cookies, no storage, no connections. */
async function login(browser: Browser, start: URL, told: Promise<Seen>): Promise<Seen> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    const stuck = whenStuck(page, start.origin)
    await page.goto(start.href, { waitUntil: 'commit' })
    return await Promise.race([told, stuck])
  } finally {
    await context.close()
  }
}

/** Once the browser has come to a page where nothing goes on. */
function whenStuck(page: Page, origin: string): Promise<Seen> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve({ did: 'reject', part: 'callback', code: 'never answers' }), patienceMs)
    page.on('close', () => clearTimeout(late))
    page.on('response', (response) => {
      const isApp = new URL(response.url()).origin === origin
      if (isApp && response.status() >= 400 && response.request().isNavigationRequest())
        resolve({ did: 'reject', part: 'callback', code: `HTTP ${response.status()}` })
    })
    page.on('load', async () => {
      if (await isEnd(page, origin)) resolve({ did: 'wait' })
    })
  })
}

/** Pages of others that go on by themselves have a form or a frame. */
function isEnd(page: Page, origin: string): Promise<boolean> {
  const look = `location.origin !== '${origin}' && document.querySelector('form, iframe') === null`
  return page.evaluate<boolean>(look).catch(() => false)
}
