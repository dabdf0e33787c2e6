import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'
import { UserAgent } from '../../user-agent.ts'
import { passPages } from '../flows.ts'
import { basic, providerAt, redirectUri } from './provider.ts'

const own = { client_id: 'demo-app', client_secret: 'demo-secret' }

type Played = [name: 'digitalocean', user: string, authorization: string, token: string, scope: string]

const all = [
  ['digitalocean', 'mark', '/v1/oauth/authorize', '/v1/oauth/token', 'read'],
  ['dlive', 'dora', '/o/authorize', '/o/token', 'email:read'],
  ['resonite', 'Nova', '/connect/authorize', '/connect/token', 'profile'],
  ['digital-dj-pool', 'dj-dana', '/auth', '/token', 'user'],
] as unknown as Played[]

const strict = all.filter(([name]) => ['digitalocean', 'dlive'].includes(name))
const lenient = all.filter((each) => !strict.includes(each))

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: { issuers: Object.fromEntries(all.map(([name]) => [name, { persona: name }])) },
  })
})

afterAll(() => idp.close())

/** A token request with these fields, authenticated as the persona has it. */
function exchange([name, user, , token]: Played, fields: Record<string, string>) {
  const asked = { grant_type: 'authorization_code', ...fields }
  const isBasic = token === '/o/token'
  return providerAt(idp, name, user).form(
    token,
    { ...asked, ...(!isBasic && own) },
    { ...(isBasic && { authorization: basic }) },
  )
}

async function codeFor([name, user, authorization, , scope]: Played): Promise<string> {
  return (await providerAt(idp, name, user).authorize(authorization, { scope })).get('code') ?? ''
}

test.each(all)('%s wants the redirect URI again that the authorization request named', async (...played) => {
  const code = await codeFor(played)

  const without = await exchange(played, { code })
  const another = await exchange(played, { code, redirect_uri: `${redirectUri}/other` })
  const same = await exchange(played, { code, redirect_uri: redirectUri })

  expect(without.body.error).toMatch(/^invalid_(?:grant|request)$/)
  expect([without.status, another.status, another.body.error]).toEqual([400, 400, 'invalid_grant'])
  expect(same.status).toBe(200)
})

test.each(lenient)('%s takes a login that names no redirect URI at all', async (...played) => {
  const [name, user, authorization, , scope] = played
  const asked = new URLSearchParams({ response_type: 'code', client_id: 'demo-app', scope })
  const agent = new UserAgent()

  const page = await passPages(agent, await agent.open(`${idp.origin}/${name}${authorization}?${asked}`), user)
  const { status } = await exchange(played, { code: page.url.searchParams.get('code') ?? '' })

  expect(page.url.href).toContain(redirectUri)
  expect(status).toBe(200)
})

test.each(strict)('%s wants it in the authorization request', async (name, _user, authorization, _token, scope) => {
  const asked = new URLSearchParams({ response_type: 'code', client_id: 'demo-app', scope })

  const { status } = await new UserAgent().open(`${idp.origin}/${name}${authorization}?${asked}`)

  expect(status).toBe(400)
})
