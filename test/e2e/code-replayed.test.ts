import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as client from 'openid-client'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { launchBrowser } from '../browser.ts'

let browser: Browser
let idp: Understudy

beforeAll(async () => {
  browser = await launchBrowser()
  idp = await startUnderstudy()
})

afterAll(async () => {
  await browser?.close()
  await idp?.close()
})

/** An app whose callback redeems whatever it is brought, and remembers what became of it. */
async function startApp() {
  const outcomes: string[] = []
  const server = createServer(async (request, response) => {
    if (!request.url?.startsWith('/callback')) return response.writeHead(204).end()
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const told = new URLSearchParams(
      request.method === 'POST' ? Buffer.concat(chunks).toString() : request.url.split('?')[1],
    )
    const code = told.get('code') ?? ''
    const outcome = await client
      .genericGrantRequest(await configuration(), 'authorization_code', { code, redirect_uri: uri })
      .then(
        () => 'taken',
        ({ error }: { error: string }) => error,
      )
    outcomes.push(outcome)
    response.writeHead(200, { 'content-type': 'text/html', 'x-frame-options': 'DENY' })
    response.end(`<!doctype html><title>${outcome}</title>${outcome}`)
  }).listen(0)
  const uri = `http://localhost:${(server.address() as AddressInfo).port}/callback`
  const issuer = await idp.createIssuer({
    users: ['alice'],
    clients: [
      { client_id: 'app', client_secret: 'secret', redirect_uris: [uri], auto_login: 'alice', consent: 'skip' },
    ],
  })
  const configuration = () =>
    client.discovery(new URL(issuer.url), 'app', 'secret', undefined, { execute: [client.allowInsecureRequests] })
  return {
    issuer,
    uri,
    outcomes,
    configuration,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await issuer[Symbol.asyncDispose]()
    },
  }
}

describe.each(['query', 'form_post'])('a code that comes twice by %s', (mode) => {
  test('is delivered twice by Chromium, and the page ends at the app', async () => {
    await using app = await startApp()
    await app.issuer.arm('code-replayed')
    await using context = await browser.newContext()
    const page = await context.newPage()
    const login = async () => {
      const asked = { redirect_uri: app.uri, scope: 'openid', response_mode: mode }
      await page.goto(client.buildAuthorizationUrl(await app.configuration(), asked).href)
      await page.waitForURL(/\/callback/)
      return page.textContent('body')
    }

    expect(await login()).toBe('invalid_grant')
    expect(app.outcomes).toEqual(['taken', 'invalid_grant'])
    expect(await app.issuer.armed()).toMatchObject([{ matches: 1, fires: 1, spent: true }])

    expect(await login()).toBe('taken')
  })
})

test('a code comes twice by the query with scripts switched off, too', async () => {
  await using app = await startApp()
  await app.issuer.arm('code-replayed')
  await using context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()

  await page.goto(
    client.buildAuthorizationUrl(await app.configuration(), { redirect_uri: app.uri, scope: 'openid' }).href,
  )
  await page.waitForURL(/\/callback/)

  expect(app.outcomes).toEqual(['taken', 'invalid_grant'])
})
