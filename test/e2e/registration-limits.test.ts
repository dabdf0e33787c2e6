import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: { registration: { enabled: true }, authorization_details: { payment: {} } },
  })
})

afterAll(() => idp.close())

async function register(metadata: Record<string, unknown>) {
  const response = await fetch(`${idp.url}/reg`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: ['http://localhost:3000/callback'], ...metadata }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test.each([
  ['iss', { claims: { iss: 'https://other.example' } }, /claims: .*iss/],
  ['sub', { claims: { sub: 'alice' } }, /claims: .*sub/],
  ['aud', { claims: { aud: 'https://api.example' } }, /claims: .*aud/],
  ['types that are not declared', { authorization_details_types: ['payment', 'loan'] }, /there is no type 'loan'/],
])('a client that registers itself cannot choose %s', async (_what, metadata, description) => {
  const { status, body } = await register(metadata)

  expect(status).toBe(400)
  expect(body).toEqual({ error: 'invalid_client_metadata', error_description: expect.stringMatching(description) })
})

test('what is its own to say it may say', async () => {
  const { status, body } = await register({ claims: { team: 'a' }, authorization_details_types: ['payment'] })

  expect(status).toBe(201)
  expect(body).toMatchObject({ claims: { team: 'a' }, authorization_details_types: ['payment'] })
})
