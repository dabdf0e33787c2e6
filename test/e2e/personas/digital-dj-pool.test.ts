import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'
import { UserAgent } from '../../user-agent.ts'
import { type Answered, type Provider, providerAt, redirectUri } from './provider.ts'

const own = { client_id: 'demo-app', client_secret: 'demo-secret' }
const person = { username: 'dj-dana', password: 'turntable' }

let idp: Understudy
let pool: Provider

beforeAll(async () => {
  idp = await startUnderstudy({ fixtures: { issuers: { pool: { persona: 'digital-dj-pool' } } } })
  pool = providerAt(idp, 'pool', 'dj-dana')
})

afterAll(() => idp.close())

async function logIn(scope: string, challenge: Record<string, string> = {}, verifier?: string): Promise<Answered> {
  const code = (await pool.authorize('/auth', { scope, ...challenge })).get('code') ?? ''
  const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...own }
  return pool.form('/token', verifier === undefined ? fields : { ...fields, code_verifier: verifier })
}

async function statuses(token: unknown): Promise<number[]> {
  const paths = ['/api/user', '/api/crates', '/api/files']
  return Promise.all(paths.map(async (path) => (await pool.api(path, token)).status))
}

test('a code gives an answer of two members, and the refresh token has to be encoded', async () => {
  const { status, body } = await logIn('user crate')

  expect(status).toBe(200)
  expect(Object.keys(body)).toEqual(['access_token', 'refresh_token'])
  expect(body.refresh_token).toMatch(/^[\w-]+#[\w-]+![\w-]+$/)
  expect(await statuses(body.access_token)).toEqual([200, 200, 403])
})

test('a code with PKCE is had by its verifier alone', async () => {
  const verifier = 'v'.repeat(43)
  const challenge = {
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }

  const right = await logIn('user', challenge, verifier)
  const wrong = await logIn('user', challenge, 'w'.repeat(43))

  expect(Object.keys(right.body)).toEqual(['access_token', 'refresh_token'])
  expect([wrong.status, wrong.body.error]).toEqual([400, 'invalid_grant'])
})

test('a password gives tokens for the scopes that the request names', async () => {
  const { status, body } = await pool.form('/token', { grant_type: 'password', scope: 'crate file', ...person, ...own })

  expect(status).toBe(200)
  expect(Object.keys(body)).toEqual(['access_token', 'refresh_token'])
  expect(await statuses(body.access_token)).toEqual([403, 200, 200])
})

test('a wrong password gives nothing', async () => {
  const { status, body } = await pool.form('/token', {
    grant_type: 'password',
    scope: 'user',
    ...person,
    password: 'wrong',
    ...own,
  })

  expect([status, body.error]).toEqual([400, 'invalid_grant'])
})

test('a refresh token works where it is encoded, and not where it is pasted into a form as it is', async () => {
  const { body: tokens } = await logIn('user')
  // A refresh token pasted as it is ends at its # wherever something takes the text for a URL.
  const pasted = new URL(`http://form/?refresh_token=${tokens.refresh_token}`).searchParams.get('refresh_token')
  const fields = { grant_type: 'refresh_token', ...own }

  const cut = await pool.form('/token', { ...fields, refresh_token: pasted ?? '' })
  const encoded = await pool.form('/token', { ...fields, refresh_token: String(tokens.refresh_token) })

  expect([cut.status, cut.body.error]).toEqual([400, 'invalid_grant'])
  expect(Object.keys(encoded.body)).toEqual(['access_token', 'refresh_token'])
})

test('the form shows the scopes to the user', async () => {
  const asked = { response_type: 'code', redirect_uri: redirectUri, client_id: 'demo-app', scope: 'user file' }
  const agent = new UserAgent()
  const login = await agent.open(`${pool.url}/auth?${new URLSearchParams(asked)}`)

  const consent = await agent.submit(login, /name="pick"/, { pick: 'dj-dana' })

  expect(consent.html).toContain('Read and write your profile')
  expect(consent.html).toContain('Read and write your files')
  expect(consent.html).not.toContain('crates')
})

test('denial comes back by redirect', async () => {
  expect(Object.fromEntries(await pool.authorize('/auth', { scope: 'user' }, true))).toMatchObject({
    error: 'access_denied',
  })
})
