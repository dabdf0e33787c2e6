import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { discover, login } from '../e2e/flows.ts'
import { UserAgent } from '../user-agent.ts'

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy()
})

afterAll(() => idp.close())

/** Addresses that look like a registered one, whose path is given. */
function lookalikes(path: string): string[] {
  return [
    `http://evil.example${path}`,
    '//evil.example',
    '//localhost:3000@evil.example',
    '\\\\evil.example',
    '/\\evil.example',
    path,
    'evil.example',
    `http://localhost:3000@evil.example${path}`,
    `http://localhost@evil.example:3000${path}`,
    `http://evil.example\\@localhost:3000${path}`,
    `http://localhost:3000\\@evil.example${path}`,
    `http://user:password@localhost:3000${path}`,
    `http://localhost:3000.evil.example${path}`,
    `http://localhost.evil.example:3000${path}`,
    `http://127.0.0.1:3000${path}`,
    `https://localhost:3000${path}`,
    `HTTP://localhost:3000${path}`,
    `http://LOCALHOST:3000${path}`,
    `http:/localhost:3000${path}`,
    `http:\\\\localhost:3000${path}`,
    `http://localhost:99999${path}`,
    `http://localhost:${path}`,
    `http://localhost:3000${path}#fragment`,
    `http://localhost:3000${path}?more`,
    `http://localhost:3000${path}/`,
    `http://localhost:3000/x/..${path}`,
    `http://localhost:3000${path}%2e`,
    `http://localhost:3000/%09${path}`,
    ` http://localhost:3000${path}`,
    `http://localhost:3000${path} `,
    `http://localhost:3000${path.slice(0, 1)}\t${path.slice(1)}`,
    `http://localhost:3000${path}\r\nset-cookie: a=b`,
    `javascript://localhost:3000${path}%0aalert(1)`,
    'javascript:alert(1)',
    'data:text/html,x',
    '*',
  ]
}

/** Refused on a page that leads nowhere. */
async function expectStays(answer: Response): Promise<void> {
  const text = await answer.text()
  expect(answer.status, text).toBe(400)
  expect(answer.headers.get('location')).toBeNull()
  expect(answer.headers.get('refresh')).toBeNull()
  expect(text).not.toMatch(/<(?:a|form|meta)\b[^>]*(?:evil|localhost:3000|javascript:|data:text)/)
}

test.each(lookalikes('/callback'))('an authorization does not redirect to %j', async (redirectUri) => {
  const params = new URLSearchParams({
    client_id: 'web-app',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: redirectUri,
  })
  const html = { headers: { accept: 'text/html' }, redirect: 'manual' } as const

  const answers = [
    await fetch(`${idp.url}/auth?${params}`, html),
    await fetch(`${idp.url}/auth`, { ...html, method: 'POST', body: params }),
    await fetch(`${idp.url}/auth?${params}&prompt=none`, html),
    await fetch(`${idp.url}/auth?${params}&response_type=nonsense`, html),
    await fetch(`${idp.url}/auth?${params}&response_mode=form_post`, html),
  ]

  for (const answer of answers) await expectStays(answer)
})

test.each(lookalikes('/callback'))('a pushed request does not take %j', async (redirectUri) => {
  const body = new URLSearchParams({ response_type: 'code', scope: 'openid', redirect_uri: redirectUri })
  const authorization = `Basic ${btoa('web-app:web-secret')}`

  const answer = await fetch(`${idp.url}/request`, { method: 'POST', headers: { authorization }, body })

  expect([400, 404]).toContain(answer.status)
})

test('of two addresses, neither is followed', async () => {
  const params = new URLSearchParams({ client_id: 'web-app', response_type: 'code', scope: 'openid' })
  for (const uri of ['http://evil.example/callback', 'http://localhost:3000/callback'])
    params.append('redirect_uri', uri)

  const answer = await fetch(`${idp.url}/auth?${params}`, { redirect: 'manual' })

  await expectStays(answer)
})

test('a loopback address may have another port, since native apps take a free one', async () => {
  const params = { client_id: 'web-app', response_type: 'code', scope: 'openid', prompt: 'none' }
  const asked = new URLSearchParams({ ...params, redirect_uri: 'http://localhost:61234/callback' })

  const answer = await fetch(`${idp.url}/auth?${asked}`, { redirect: 'manual' })

  expect(answer.headers.get('location')).toMatch(/^http:\/\/localhost:61234\/callback\?error=login_required/)
})

test.each(lookalikes('/'))('a logout does not redirect to %j, whoever is signed in', async (uri) => {
  const config = await discover(idp.url, 'web-app', 'web-secret')
  const agent = new UserAgent()
  const { tokens } = await login(config, { agent })
  const params = new URLSearchParams({ client_id: 'web-app', id_token_hint: tokens.id_token ?? '' })
  params.set('post_logout_redirect_uri', uri)

  for (const browser of [agent, new UserAgent()]) {
    await expectStays(await browser.fetch(new URL(`${idp.url}/session/end?${params}`)))
  }
})
