import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as client from 'openid-client'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type IssuerModule, startUnderstudy, type Understudy } from '../../src/index.ts'
import { launchBrowser } from '../browser.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'

/** Two apps in one: what they are asked, and a page for whoever comes by. */
let apps: Server
let origin: string
let asked: { url: URL; headers: IncomingMessage['headers'] }[]
/** What the frames are answered; left out, they are. */
let hangs = false
let idp: Understudy
let browser: Browser

beforeAll(async () => {
  apps = createServer((request, response) => {
    const url = new URL(request.url ?? '/', origin)
    if (url.pathname !== '/favicon.ico') asked.push({ url, headers: request.headers })
    if (hangs && url.pathname.endsWith('/logout')) return
    response.setHeader('set-cookie', url.pathname === '/shop/login' ? ['shop=signed-in; Path=/; SameSite=Lax'] : [])
    response.setHeader('content-type', 'text/html').end(`<h1>${url.pathname}</h1>`)
  })
  apps.listen(0, '127.0.0.1')
  await once(apps, 'listening')
  origin = `http://localhost:${(apps.address() as AddressInfo).port}`
  const app = (id: string, more: object = {}) => ({
    client_id: id,
    client_name: `The ${id}`,
    client_secret: 's',
    redirect_uris: [`${origin}/${id}/callback`],
    post_logout_redirect_uris: [`${origin}/${id}/signed-out?from=idp`],
    consent: 'skip' as const,
    auto_login: 'alice',
    ...more,
  })
  const issuer: IssuerModule = {
    users: ['alice'],
    clients: [
      app('shop', { frontchannel_logout_uri: `${origin}/shop/logout?kind=front` }),
      app('wiki', {
        frontchannel_logout_uri: `${origin}/wiki/logout`,
        frontchannel_logout_session_required: false,
      }),
      app('plain'),
    ],
  }
  idp = await startUnderstudy({ fixtures: { ...issuer, issuers: { acme: issuer } } })
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser.close()
  await idp.close()
  apps.closeAllConnections()
  apps.close()
})

beforeEach(() => {
  asked = []
  hangs = false
})

for (const name of ['default', 'acme']) {
  describe(`issuer ${name}`, () => {
    const url = () => idp.issuer(name).url

    /** Signs in at some of the apps; gives what ends the session, for the last of them. */
    async function signIn(agent: UserAgent, ids: string[]) {
      let config = await discover(url(), ids.at(-1) as string, 's')
      const sids: Record<string, unknown> = {}
      let idToken = ''
      for (const id of ids) {
        config = await discover(url(), id, 's')
        const { tokens } = await login(config, { agent, scope: 'openid', redirectUri: `${origin}/${id}/callback` })
        sids[id] = tokens.claims()?.sid
        idToken = tokens.id_token ?? ''
      }
      return { config, sids, idToken }
    }

    const loggedOut = ({ config, idToken }: { config: client.Configuration; idToken: string }, more = {}) =>
      client.buildEndSessionUrl(config, { id_token_hint: idToken, ...more })

    const framesOf = (html: string) =>
      [...html.matchAll(/<iframe src="([^"]+)"/g)].map(([, src = '']) => new URL(src.replaceAll('&amp;', '&')))

    test('discovery says that it is done', async () => {
      const config = await discover(url(), 'shop', 's')

      expect(config.serverMetadata()).toMatchObject({
        frontchannel_logout_supported: true,
        frontchannel_logout_session_supported: true,
      })
    })

    test('each client is told by a frame, with issuer and session where it wants them', async () => {
      const agent = new UserAgent()
      const signedIn = await signIn(agent, ['shop', 'wiki', 'plain'])

      const page = await agent.submit(await agent.open(loggedOut(signedIn)), /logout/)

      const frames = framesOf(page.html)
      expect(frames.map((frame) => frame.pathname)).toEqual(['/shop/logout', '/wiki/logout'])
      expect(Object.fromEntries(frames[0]?.searchParams ?? [])).toEqual({
        kind: 'front',
        iss: url(),
        sid: signedIn.sids.shop,
      })
      expect(frames[1]?.search).toBe('')
      expect(signedIn.sids.shop).toEqual(expect.any(String))
      expect(page.status).toBe(200)
      expect(page.headers.get('content-security-policy')).toContain(`frame-src ${origin}`)
      expect(page.headers.get('cache-control')).toBe('no-store')
      expect(page.html).not.toContain('<script>')
    })

    test('who stays signed in is signed out nowhere', async () => {
      const agent = new UserAgent()
      const signedIn = await signIn(agent, ['shop'])
      const asking = await agent.open(loggedOut(signedIn))

      const page = await agent.submit(asking, /id="stay"/)

      expect(framesOf(page.html)).toEqual([])
    })

    test('a logout that concerns no such client goes on at once', async () => {
      const agent = new UserAgent()
      const signedIn = await signIn(agent, ['plain'])
      const target = `${origin}/plain/signed-out?from=idp`

      const page = await agent.submit(
        await agent.open(loggedOut(signedIn, { post_logout_redirect_uri: target })),
        /logout/,
      )

      expect([page.status, page.url.href]).toEqual([0, target])
    })

    describe('in a browser', () => {
      let context: BrowserContext | undefined

      afterEach(() => context?.close())

      async function open(javaScriptEnabled: boolean): Promise<Page> {
        context = await browser.newContext({ javaScriptEnabled })
        const page = await context.newPage()
        for (const id of ['shop', 'wiki']) {
          const config = await discover(url(), id, 's')
          const redirect_uri = `${origin}/${id}/callback`
          await page.goto(client.buildAuthorizationUrl(config, { redirect_uri, scope: 'openid' }).href)
          await page.goto(`${origin}/${id}/login`)
        }
        const config = await discover(url(), 'wiki', 's')
        const post_logout_redirect_uri = `${origin}/wiki/signed-out?from=idp`
        const parameters = { client_id: 'wiki', post_logout_redirect_uri, state: 'bye' }
        await page.goto(client.buildEndSessionUrl(config, parameters).href)
        return page
      }

      const told = () => asked.filter(({ url }) => url.pathname.endsWith('/logout'))

      test.each([true, false])('the frames are opened with cookies, and it goes on (script: %s)', async (script) => {
        const page = await open(script)

        await page.getByRole('button', { name: 'Sign out' }).click()
        await page.waitForURL(`${origin}/wiki/signed-out?from=idp&state=bye`)

        expect(
          told()
            .map(({ url }) => url.pathname)
            .sort(),
        ).toEqual(['/shop/logout', '/wiki/logout'])
        expect(told().every(({ headers }) => headers.cookie?.includes('shop=signed-in'))).toBe(true)
        const [last] = asked.slice(-1)
        expect(last?.url.pathname).toBe('/wiki/signed-out')
      })

      test('a client that hangs does not hold anybody up for long', async () => {
        const page = await open(true)
        hangs = true

        await page.getByRole('button', { name: 'Sign out' }).click()
        await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
        await page.getByRole('link', { name: 'with one click' }).click({ noWaitAfter: true })
        await page.waitForURL(`${origin}/wiki/signed-out?from=idp&state=bye`)

        expect(told().length).toBe(2)
      })
    })
  })
}
