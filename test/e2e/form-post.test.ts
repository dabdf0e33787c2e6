import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { launchBrowser } from '../browser.ts'

let browser: Browser
let idp: Understudy
let app: Server
let redirectUri: string
/** What the application was sent. */
let answers: URLSearchParams[]

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(() => browser?.close())

beforeEach(async () => {
  answers = []
  app = createServer(async (request, response) => {
    if (request.method === 'POST') answers.push(new URLSearchParams(await text(request)))
    response.setHeader('content-type', 'text/html').end('<h1>Welcome back</h1>')
  }).listen(0, '127.0.0.1')
  await once(app, 'listening')
  redirectUri = `http://127.0.0.1:${(app.address() as AddressInfo).port}/callback`
  const client_secret = 'secret'
  idp = await startUnderstudy({
    fixtures: {
      users: ['alice'],
      clients: [
        { client_id: 'web', client_secret, redirect_uris: [redirectUri], auto_login: 'alice', consent: 'skip' },
      ],
    },
  })
})

afterEach(async () => {
  await idp?.close()
  app.close()
  app.closeAllConnections()
})

function authorization(more: Record<string, string> = {}): string {
  const params = { client_id: 'web', response_type: 'code', scope: 'openid', redirect_uri: redirectUri, state: 's"1' }
  return `${idp.url}/auth?${new URLSearchParams({ ...params, response_mode: 'form_post', ...more })}`
}

test('an answer by form goes to the application by itself', async () => {
  const page = await browser.newPage()

  await page.goto(authorization())
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor()
  await page.close()

  expect(answers).toHaveLength(1)
  expect(Object.fromEntries(answers[0] ?? [])).toEqual({ code: expect.any(String), state: 's"1', iss: idp.url })
})

test('without a script it goes by one click', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()

  await page.goto(authorization())
  await page.getByRole('heading', { name: 'Back to web' }).waitFor()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor()
  await context.close()

  expect(answers[0]?.get('code')).toBeTruthy()
})

test('it goes by itself in a frame, too, where a client asks whether somebody is signed in', async () => {
  const page = await browser.newPage()
  await page.goto(`${redirectUri}?home`)

  await page.setContent(`<iframe src="${authorization({ prompt: 'none' }).replaceAll('&', '&amp;')}"></iframe>`)
  await page.frameLocator('iframe').getByRole('heading', { name: 'Welcome back' }).waitFor()
  await page.close()

  expect(answers[0]?.get('code')).toBeTruthy()
})

test('an error goes with its page of help', async () => {
  await idp.arm({
    fault: 'access_denied',
    with: { uri: 'http://localhost:3000/help' },
    when: { endpoint: 'authorization' },
  })
  const page = await browser.newPage()

  await page.goto(authorization())
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor()
  await page.close()

  expect(Object.fromEntries(answers[0] ?? [])).toMatchObject({
    error: 'access_denied',
    error_uri: 'http://localhost:3000/help',
  })
})
