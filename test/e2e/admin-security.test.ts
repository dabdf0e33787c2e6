import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../../src/server.ts'
import { launchBrowser } from '../browser.ts'
import { type Exchange, recordAdminTraffic } from '../traffic/record.ts'

const token = 's3cret'
const fixtures = {
  users: ['alice'],
  faults: [{ fault: 'slow_down' }],
}

let browser: Browser
let elsewhere: Server
let otherPort: number

beforeAll(async () => {
  const names = ['evil.example', 'named.example', 'understudy', 'app.localhost']
  browser = await launchBrowser([`--host-resolver-rules=${names.map((name) => `MAP ${name} 127.0.0.1`).join(',')}`])
  elsewhere = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<body>elsewhere'))
  elsewhere.listen(0, '127.0.0.1')
  await once(elsewhere, 'listening')
  otherPort = (elsewhere.address() as AddressInfo).port
})

afterAll(async () => {
  await browser?.close()
  elsewhere?.close().closeAllConnections()
})

/** The script of a page that tries all that a page can try. */
const script = readFileSync(join(import.meta.dirname, 'foreign-page/attempts.js'), 'utf8')

describe.each([undefined, token])('with the token %s', (adminToken) => {
  let server: RunningServer
  let port: string
  let context: BrowserContext
  let page: Page
  let traffic: ReturnType<typeof recordAdminTraffic>

  beforeAll(async () => {
    server = await startServer({
      inline: JSON.stringify(fixtures),
      port: 0,
      adminToken,
      adminHosts: ['named.example'],
      logLevel: 'silent',
      watch: false,
    })
    port = new URL(server.url).port
  })
  afterAll(() => server.close())
  beforeEach(async () => {
    traffic = recordAdminTraffic()
    // Pages of Understudy itself allow no script: here one runs all the same, as if that had failed.
    context = await browser.newContext({ bypassCSP: true })
    context.setDefaultTimeout(10_000)
    page = await context.newPage()
  })
  afterEach(async () => {
    traffic.stop()
    await context.close()
  })

  /** A page with an opaque origin, as any page can make one. */
  async function sandboxed(origin: string): Promise<Frame> {
    await page.goto(origin)
    await page.setContent('<iframe sandbox="allow-scripts allow-forms allow-popups" srcdoc="<body>sandboxed"></iframe>')
    const [, frame] = page.frames()
    await frame?.waitForSelector('body')
    if (frame === undefined) throw new Error('there is no frame')
    return frame
  }

  const places: Record<string, () => Promise<Page | Frame>> = {
    'another port of localhost': () => open(`http://localhost:${otherPort}`),
    'another port of 127.0.0.1': () => open(`http://127.0.0.1:${otherPort}`),
    'a subdomain of localhost': () => open(`http://app.localhost:${otherPort}`),
    'a page of Understudy by another name': () => open(`http://127.0.0.1:${port}`),
    'a sandboxed frame': () => sandboxed(`http://localhost:${otherPort}`),
  }

  async function open(url: string): Promise<Page> {
    await page.goto(url)
    return page
  }

  /** All that a fault, a reset or a read would have changed or shown. */
  async function state(): Promise<unknown> {
    const [faults, issuers, entries] = await Promise.all([
      server.control.faults('default'),
      server.control.issuers(),
      server.control.requests('default'),
    ])
    return { faults, issuers, entries: entries.length }
  }

  /** Answers that were more than a refusal. */
  const letIn = (exchanges: readonly Exchange[]) =>
    exchanges
      .filter(({ status }) => status < 400)
      .map(({ method, url, status }) => `${method} ${url.pathname} ${status}`)

  /** Runs every attempt in a place, and tells what each could read. */
  async function attack(place: Page | Frame, api: string): Promise<string[]> {
    await place.addScriptTag({ content: script })
    const read: string[] = []
    for (const name of await place.evaluate<string[]>('Object.keys(attempts)')) {
      const text = await place.evaluate<string>(
        `attempts[${JSON.stringify(name)}](${JSON.stringify(api)}).catch(() => '')`,
      )
      if (text !== '') read.push(`${name}: ${text}`)
    }
    return read
  }

  test.each(Object.keys(places))('%s reads nothing, changes nothing, and is refused every time', async (name) => {
    const before = await state()
    const place = (await places[name]?.()) ?? page

    const read = await attack(place, `http://localhost:${port}/_understudy/api`)

    expect(read).toEqual([])
    expect(letIn(traffic.exchanges)).toEqual([])
    expect(traffic.exchanges.length).toBeGreaterThan(10)
    expect(await state()).toEqual(before)
  })

  test('a name that was rebound to this machine is refused, on its own pages, too', async () => {
    const before = await state()
    await open(`http://evil.example:${port}/`)

    const read = await attack(page, `http://evil.example:${port}/_understudy/api`)

    // There it can read, as its own page; all that it reads are refusals.
    for (const text of read) expect(text).toMatch(/"code":"ERR_FOREIGN_REQUEST"|has run|^$/)
    expect(letIn(traffic.exchanges)).toEqual([])
    expect(traffic.exchanges.length).toBeGreaterThan(10)
    expect(await state()).toEqual(before)
  })

  test('a link from another page leads to no data, and one to the reference does', async () => {
    await open(`http://localhost:${otherPort}`)
    const go = async (path: string) => {
      const arrived = page.waitForResponse((response) => response.url().includes('_understudy'))
      await page.evaluate(`location.href = ${JSON.stringify(`http://localhost:${port}/_understudy${path}`)}`)
      const status = (await arrived).status()
      await page.waitForURL('**/_understudy/**')
      await page.goto(`http://localhost:${otherPort}`)
      return status
    }

    expect(await go('/api/issuers')).toBe(403)
    expect(await go('/api/issuers/default/requests')).toBe(403)
    expect(await go('/docs')).toBe(200)
    expect(await go('/openapi.json')).toBe(200)
  })

  test.each(['localhost', '127.0.0.1', 'understudy', 'named.example', 'app.localhost'])(
    'a page of Understudy itself by the name %s is let in',
    async (name) => {
      await open(`http://${name}:${port}`)
      const headers = adminToken === undefined ? {} : { authorization: `Bearer ${adminToken}` }

      const status = await page.evaluate(
        async (given) => (await fetch('/_understudy/api/issuers', { headers: given })).status,
        headers as Record<string, string>,
      )

      expect(status).toBe(200)
    },
  )

  test('an authorization whose answer is posted to the admin API is refused there', async () => {
    const before = await server.control.faults('default')
    const [armed] = before
    const redirectUri = `http://localhost:${port}/_understudy/api/issuers/default/faults/${armed?.id}/release`
    await server.control.putClient('default', 'posing', { redirect_uris: [redirectUri] })
    const query = new URLSearchParams({
      client_id: 'posing',
      redirect_uri: redirectUri,
      response_type: 'code',
      response_mode: 'form_post',
      // Refused at once, so that the answer goes there without a login.
      prompt: 'none',
    })
    await open(`http://localhost:${otherPort}`)

    await page.goto(`http://localhost:${port}/auth?${query}`)
    await expect.poll(() => traffic.exchanges.length).toBeGreaterThan(0)

    expect(traffic.exchanges.map(({ method, status }) => [method, status])).toEqual([
      ['POST', adminToken === undefined ? 415 : 401],
    ])
    expect(await server.control.faults('default')).toEqual(before)
  })

  test('health is told without a token, by any name', async () => {
    await open(`http://evil.example:${port}`)

    const status = await page.evaluate(async () => (await fetch('/_understudy/health')).status)

    expect(status).toBe(200)
  })
})
