import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'
import { UserAgent } from '../../user-agent.ts'
import { passPages } from '../flows.ts'
import { basic, providerAt, redirectUri } from './provider.ts'

const own = { client_id: 'demo-app', client_secret: 'demo-secret' }

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: {
      issuers: {
        cloud: { persona: 'digitalocean' },
        stream: { persona: 'dlive' },
        pool: { persona: 'digital-dj-pool' },
        usual: { persona: { extends: 'digital-dj-pool', default_scope: ['crate'] } },
      },
    },
  })
})

afterAll(() => idp.close())

test.each(['/o/token/', '/O/Token'])('a persona is the same at %s', async (path) => {
  const stream = providerAt(idp, 'stream', 'dora')

  const posted = await stream.form(path, { grant_type: 'client_credentials', ...own })
  const authenticated = await stream.form(path, { grant_type: 'client_credentials' }, { authorization: basic })

  expect([posted.status, posted.body.error]).toEqual([401, 'invalid_client'])
  expect(authenticated.status).toBe(200)
})

test.each(['/v1/oauth/token/', '/V1/OAuth/Token'])('parameters in the query are read at %s', async (path) => {
  const cloud = providerAt(idp, 'cloud', 'mark')
  const code = (await cloud.authorize('/v1/oauth/authorize/', {})).get('code') ?? ''

  const tokens = await cloud.query(path, { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...own })

  expect([tokens.status, tokens.body.scope]).toEqual([200, 'read'])
})

test('an authorization request by POST that names no scope asks for the usual one', async () => {
  const cloud = providerAt(idp, 'cloud', 'mark')
  const body = new URLSearchParams({ response_type: 'code', client_id: 'demo-app', redirect_uri: redirectUri })
  const agent = new UserAgent()

  const page = await agent.open(`${cloud.url}/v1/oauth/authorize`, undefined, { method: 'POST', body })
  const code = (await passPages(agent, page, 'mark')).url.searchParams.get('code') ?? ''
  const tokens = await cloud.query('/v1/oauth/token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    ...own,
  })

  expect(tokens.body.scope).toBe('read')
})

test('a password request names its scopes, or gets the usual ones', async () => {
  const asked = { grant_type: 'password', username: 'dj-dana', password: 'turntable', ...own }
  const pool = providerAt(idp, 'pool', 'dj-dana')
  const usual = providerAt(idp, 'usual', 'dj-dana')

  const refused = await pool.form('/token', asked)
  const named = await pool.form('/token', { ...asked, scope: 'user' })
  const { body } = await usual.form('/token', asked)

  expect([refused.status, refused.body.error]).toEqual([400, 'invalid_scope'])
  expect((await pool.api('/api/user', named.body.access_token)).status).toBe(200)
  expect((await usual.api('/api/crates', body.access_token)).status).toBe(200)
})
