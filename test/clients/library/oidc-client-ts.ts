import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import express from 'express'
import type { Browser, Page, Response } from 'playwright-core'
import { launchBrowser } from '../../browser.ts'
import type { Library, RelyingParty, Seen, Target } from '../library.ts'
import { serve } from '../web-app.ts'

/** In a real browser, which trusts no authority that the tests make up. */
export const oidcClientTs: Library = {
  name: 'oidc-client-ts',
  how: 'loadUserInfo, in Chromium',
  package: 'oidc-client-ts',
  about:
    'Of ID tokens it looks at the subject and the nonce alone, and at no signature. It asks userinfo with each sign-in and each refresh.',
  isPublic: true,
  registers: ['userinfo_signed_response_alg'],
  plainHttpOnly: true,
  open,
}

async function open(): Promise<RelyingParty> {
  const script = await bundle()
  const app = express()
  app.get('/page.js', (_, response) => void response.type('text/javascript').send(script))
  app.get(['/', '/callback'], (_, response) => {
    response.send('<!doctype html><title>The app</title><script type="module" src="/page.js"></script>')
  })
  const { origin, close } = await serve(app)
  const browser = await launchBrowser()
  return {
    redirectUri: `${origin}/callback`,
    login: (target) => login(browser, origin, target),
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

/** A browser of its own for each: no cookies, no storage. */
async function login(browser: Browser, origin: string, target: Target): Promise<Seen> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    const seen = watch(page, origin)
    await page.goto(`${origin}/?${new URLSearchParams({ settings: JSON.stringify(settingsFor(target)) })}`)
    return await seen
  } finally {
    await context.close()
  }
}

function settingsFor({ issuer, clientId, timeoutMs }: Target) {
  return { authority: issuer, client_id: clientId, requestTimeoutInSeconds: timeoutMs / 1000 }
}

/** Until the app tells what it has seen, or the browser has come to a page where nothing goes on. */
function watch(page: Page, origin: string): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const isTop = (response: Response) =>
      response.frame() === page.mainFrame() && response.request().isNavigationRequest()
    page.on('response', (response) => {
      if (response.status() < 400 || !isTop(response)) return
      const isApp = new URL(response.url()).origin === origin
      resolve(isApp ? { did: 'reject', part: 'callback', code: `HTTP ${response.status()}` } : { did: 'wait' })
    })
    page.on('load', async () => {
      if (new URL(page.url()).origin !== origin && (await isEnd(page))) resolve({ did: 'wait' })
    })
    page
      .exposeBinding('tell', ({ frame }, seen: Seen) => {
        if (frame === page.mainFrame()) resolve(seen)
      })
      .catch(reject)
  })
}

/** Pages that go on by themselves have a form or a frame. */
async function isEnd(page: Page): Promise<boolean> {
  const going = await page.$('form, iframe').catch(() => 'gone already')
  return going === null
}
