import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ArmedFaultInput, startUnderstudy, type Understudy } from '../../src/index.ts'

const clients = [{ client_id: 'worker', client_secret: 'secret', grant_types: ['client_credentials' as const] }]

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({ fixtures: { clients } })
})

afterAll(() => idp?.close())

/** What the journal tells of one request that met a fault, as soon as its client knows that it is over. */
async function entryOf(fault: ArmedFaultInput) {
  await using issuer = await idp.createIssuer({ clients })
  await issuer.arm(fault)
  const request = fetch(`${issuer.url}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('worker:secret')}`, connection: 'close' },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  await request.then((answer) => answer.text()).catch(() => {})
  const [entry] = await issuer.requests({ endpoint: 'token' })
  return entry
}

test.each(['connection-reset', 'lost-response'] as const)(
  '%s: nothing was sent, and the fault says why',
  async (fault) => {
    const entry = await entryOf({ fault, when: { endpoint: 'token' } })

    expect(entry).toMatchObject({ client: 'worker', broken: true, faults: [{ fault }] })
    expect(entry).not.toHaveProperty('answer')
  },
)

test('timeout: nothing was sent, after so long', async () => {
  const entry = await entryOf({ fault: 'timeout', with: { ms: 150 }, when: { endpoint: 'token' } })

  expect(entry).toMatchObject({ broken: true, faults: [{ fault: 'timeout' }] })
  expect(entry).not.toHaveProperty('answer')
  expect(entry?.duration_ms).toBeGreaterThanOrEqual(149)
})

test.each(['truncate', 'reset-mid-body'] as const)('%s: the part that was sent', async (fault) => {
  const entry = await entryOf({ fault, with: { after_bytes: 9 }, when: { endpoint: 'token' } })

  expect(entry).toMatchObject({ broken: true, answer: { status: 200, body: '{"access_' }, faults: [{ fault }] })
  expect(Number(entry?.answer?.headers['content-length'])).toBeGreaterThan(9)
})

test('wrong-content-length: the whole answer, and the length that it lied about', async () => {
  const entry = await entryOf({ fault: 'wrong-content-length', with: { by: 10 }, when: { endpoint: 'token' } })

  expect(entry?.answer?.json).toMatchObject({ token_type: 'Bearer' })
  expect(Number(entry?.answer?.headers['content-length'])).toBeGreaterThan(100)
  expect(entry).not.toHaveProperty('broken')
})

test.each([
  ['slow-drip', { bytes: 100, ms: 1 }],
  ['close-keep-alive', undefined],
] as const)('%s: the whole answer', async (fault, params) => {
  const entry = await entryOf({ fault, with: params, when: { endpoint: 'token' } })

  expect(entry).toMatchObject({ answer: { status: 200, json: { token_type: 'Bearer' } }, faults: [{ fault }] })
  expect(entry).not.toHaveProperty('broken')
})

test('a client that goes in the middle of a slow answer: what had left by then', async () => {
  await using issuer = await idp.createIssuer({ clients })
  await issuer.arm({ fault: 'slow-drip', with: { bytes: 5, ms: 20 }, when: { endpoint: 'jwks' } })
  const patience = new AbortController()
  const gone = fetch(`${issuer.url}/jwks`, { signal: patience.signal }).catch((error: Error) => error.name)
  await expect.poll(async () => (await issuer.armed())[0]?.fires).toBe(1)

  patience.abort()

  expect(await gone).toBe('AbortError')
  await expect.poll(async () => (await issuer.requests({ endpoint: 'jwks' })).length).toBe(1)
  expect(await issuer.requests({ endpoint: 'jwks' })).toMatchObject([
    { broken: true, faults: [{ fault: 'slow-drip' }] },
  ])
})

test('what a gateway answers is in it as it was sent', async () => {
  const entry = await entryOf({ fault: 'http-status', with: { status: 502 }, when: { endpoint: 'token' } })

  expect(entry).toMatchObject({ answer: { status: 502, body: expect.stringContaining('502 Bad Gateway') } })
  expect(entry).not.toHaveProperty('broken')
})
