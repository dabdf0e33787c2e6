import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import * as client from 'openid-client'
import pino from 'pino'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { completeOwn } from '../../src/faults/own.ts'
import { type FixturesModule, type OwnFault, startUnderstudy } from '../../src/index.ts'
import { discover, login } from './flows.ts'
import { roundFixtures } from './whole-round.ts'

const redirectUri = 'http://localhost/callback'

const ownFaults: OwnFault[] = [
  {
    name: 'x-teapot',
    summary: 'The server is a teapot.',
    acts: 'answer',
    endpoints: ['token'],
    params: z.strictObject({ error: z.string().default('teapot') }),
    answer: (_exchange, { error }) => ({
      status: 418,
      headers: { 'content-type': 'application/json' },
      body: { error },
    }),
  },
  {
    name: 'x-other-token',
    summary: 'The access token is another.',
    acts: 'rewrite',
    endpoints: ['token'],
    rewrite(answer, { token = 'other' }) {
      if (answer.status !== 200) return undefined
      return { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), access_token: token }) }
    },
  },
  {
    name: 'x-extra-field',
    summary: 'The response has another state.',
    acts: 'response',
    respond: (response) => ({ ...response, fields: { ...response.fields, state: 'mine' } }),
  },
  {
    name: 'x-shouted-subject',
    summary: 'The subject is in capitals.',
    acts: 'token',
    tokens: ['id_token'],
    patch: (jwt) => ({ ...jwt, payload: { ...jwt.payload, nonce: 'OTHER' } }),
  },
  {
    name: 'x-half-a-line',
    summary: 'The connection is reset in the middle of the status line.',
    acts: 'connection',
    endpoints: ['token'],
    async send(wire) {
      await wire.write('HTTP/1')
      wire.reset()
    },
  },
  {
    name: 'x-fired-from-the-firm',
    summary: 'The user is locked while the token is made.',
    acts: 'state',
    endpoints: ['token'],
    at: 'request',
    effect: ({ identity }) =>
      identity.user === undefined ? undefined : { effect: 'lock-user', username: identity.user },
  },
  {
    name: 'x-slow-lane',
    summary: 'It takes its time.',
    acts: 'delay',
    endpoints: ['token'],
    delayMs: (_exchange, { ms = 20 }) => Number(ms),
  },
]

const fixtures: FixturesModule = { ...roundFixtures, ownFaults }

/** The codes of an error, and of all that has caused it. */
function codesOf(error: unknown): unknown[] {
  if (typeof error !== 'object' || error === null) return []
  const { error: told, code, cause } = error as Record<string, unknown>
  return [told, code, ...codesOf(cause)]
}

test.each([
  ['x-teapot', 'teapot'],
  ['x-extra-field', 'OAUTH_INVALID_RESPONSE'],
  ['x-shouted-subject', 'OAUTH_JWT_CLAIM_COMPARISON_FAILED'],
  ['x-half-a-line', 'ECONNRESET'],
] as const)('%s is %s to openid-client, counts, stands in the journal, and is over then', async (fault, code) => {
  await using idp = await startUnderstudy({ fixtures })
  const config = await discover(idp.url, 'app', 'app-secret')
  await idp.arm(fault)

  const failed = await login(config, { redirectUri }).catch((error) => error)

  expect(codesOf(failed)).toContain(code)
  expect(await idp.armed()).toMatchObject([{ fault, matches: 1, fires: 1, spent: true }])
  expect(await idp.requests({ fault })).toHaveLength(1)
  await expect(login(config, { redirectUri })).resolves.toBeDefined()
})

test('it takes parameters, runs in scripts, and is armed by requests', async () => {
  await using idp = await startUnderstudy({ fixtures })
  const config = await discover(idp.url, 'app', 'app-secret')
  const ask = () =>
    client.clientCredentialsGrant(config, {}).then(
      ({ access_token: token }) => (token.length > 20 ? 'usual' : token),
      ({ error }) => error,
    )
  const mine = { fault: 'x-other-token', with: { token: 'mine' } } as const
  await idp.arm({ script: ['x-teapot', 'pass', mine], per: 'issuer' })

  expect([await ask(), await ask(), await ask(), await ask()]).toEqual(['teapot', 'usual', 'mine', 'usual'])
  const answer = await fetch(`${idp.url}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('app:app-secret')}`, 'understudy-fault': 'x-teapot;error="by_request"' },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  expect(await answer.json()).toEqual({ error: 'by_request' })
})

test('what it cannot do is said as of any other', async () => {
  await using idp = await startUnderstudy({ fixtures })

  await expect(idp.arm({ fault: 'x-teapot', when: { endpoint: 'jwks' } })).rejects.toMatchObject({
    message: expect.stringContaining('"x-teapot" cannot fire at jwks. It fires at token'),
  })
  await expect(idp.arm({ fault: 'x-teapot', with: { eror: 'no' } })).rejects.toMatchObject({
    message: expect.stringContaining('no such parameter "eror"'),
  })
  await expect(idp.arm('x-teapots')).rejects.toMatchObject({
    code: 'ERR_FAULT_UNKNOWN',
    message: expect.stringContaining('Did you mean "x-teapot"?'),
  })
})

test('a module declares it, and has it armed at start', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-own-'))
  const file = join(folder, 'fixtures.mjs')
  await writeFile(
    file,
    `export default {
      clients: [{ client_id: 'app', client_secret: 'app-secret', grant_types: ['client_credentials'] }],
      ownFaults: [{
        name: 'x-of-a-module', summary: 'It is mine.', acts: 'answer', endpoints: ['token'],
        answer: () => ({ status: 400, headers: { 'content-type': 'application/json' }, body: { error: 'mine' } }),
      }],
      faults: [{ fault: 'x-of-a-module' }],
    }`,
  )
  await using idp = await startUnderstudy({ fixtures: [file] })
  const config = await discover(idp.url, 'app', 'app-secret')

  await expect(client.clientCredentialsGrant(config, {})).rejects.toMatchObject({ error: 'mine' })
  await expect(client.clientCredentialsGrant(config, {})).resolves.toBeDefined()
  await rm(folder, { recursive: true })
})

describe('a mistake in it', () => {
  test.each([
    [{ ...ownFaults[0], name: 'teapot' }, 'ownFaults[0].name: expected a name such as x-my-fault'],
    [{ ...ownFaults[0], summary: undefined }, 'ownFaults[0].summary: expected one sentence'],
    [{ ...ownFaults[0], acts: 'magic' }, 'ownFaults[0].acts: expected one of answer, rewrite, response, token, state'],
    [{ ...ownFaults[0], answer: 'text' }, 'ownFaults[0].answer: expected a function'],
    [{ ...ownFaults[0], client: 'panic' }, 'ownFaults[0].client: expected one of reject, accept'],
    [{ ...ownFaults[0], see: 'chapter 3' }, 'ownFaults[0].see: expected the URL'],
    [{ ...ownFaults[0], endpoints: ['tokn'] }, 'ownFaults[0].endpoints[0]: expected one of authorization'],
    [
      { ...ownFaults[0], anser: 1 },
      'ownFaults[0].anser: no such member of one that acts on "answer". Did you mean "answer"?',
    ],
    [
      { ...ownFaults[2], endpoints: ['token'] },
      'ownFaults[0].endpoints: no such member of one that acts on "response"',
    ],
    [{ ...ownFaults[3], tokens: undefined }, 'ownFaults[0].tokens: expected a list'],
    [{ ...ownFaults[4], at: 'later' }, 'ownFaults[0].at: expected one of request, answer'],
    ['x-teapot', 'ownFaults[0]: expected a map'],
  ])('is told with the others of the fixtures: %j', async (fault, message) => {
    const started = startUnderstudy({ fixtures: { ownFaults: [fault as OwnFault] } })

    await expect(started).rejects.toMatchObject({
      code: 'ERR_FIXTURES_INVALID',
      message: expect.stringContaining(message),
    })
  })

  test('is that it is no list', async () => {
    const started = startUnderstudy({ fixtures: { ownFaults: 'none' } as never })

    await expect(started).rejects.toMatchObject({ message: expect.stringContaining('expected a list') })
  })
})

test('the same name twice is a mistake', async () => {
  const started = startUnderstudy({ fixtures: { ownFaults: [ownFaults[0], ownFaults[0]] as OwnFault[] } })

  await expect(started).rejects.toMatchObject({
    message: expect.stringContaining('ownFaults[1].name: "x-teapot" is already ownFaults[0]'),
  })
})

test('what one Understudy declares, no other knows, nor does another of its issuers', async () => {
  await using mine = await startUnderstudy({ fixtures: { ...fixtures, issuers: { other: {} } } })
  await using strange = await startUnderstudy()

  await expect(mine.arm('x-teapot')).resolves.toBeDefined()
  await expect(strange.arm('x-teapot')).rejects.toMatchObject({
    message: expect.stringContaining('This issuer has none of its own'),
  })
  await expect(mine.issuer('other').arm('x-teapot')).rejects.toMatchObject({ code: 'ERR_FAULT_UNKNOWN' })
})

test('an issuer that is created has its own', async () => {
  await using idp = await startUnderstudy({ fixtures })
  const own = { ...ownFaults[0], name: 'x-mine' } as OwnFault
  const issuer = await idp.createIssuer({ name: 'mine', ownFaults: [own], faults: [{ fault: 'x-mine' }] })

  const answer = await fetch(`${issuer.url}/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'x' }) })

  expect(answer.status).toBe(418)
  expect(await answer.json()).toEqual({ error: 'teapot' })
})

test('a module that breaks leaves the faults in force as they were', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-own-'))
  const file = join(folder, 'fixtures.mjs')
  const written = (error: string, more: string) => `export default {
    clients: [{ client_id: 'app', client_secret: 'app-secret', grant_types: ['client_credentials'] }],
    ownFaults: [{
      name: 'x-versioned', summary: 'It has versions.', acts: 'answer', endpoints: ['token'],
      answer: () => ({ status: 400, headers: { 'content-type': 'application/json' }, body: { error: '${error}' } }),
    }],
    ${more}
  }`
  await writeFile(file, written('v1', ''))
  await using idp = await startUnderstudy({ fixtures: [file] })
  const config = await discover(idp.url, 'app', 'app-secret')
  const fail = async () => {
    await idp.arm('x-versioned')
    return client.clientCredentialsGrant(config, {}).catch(({ error }) => error)
  }

  await writeFile(file, written('v2', "users: 'nobody'"))
  expect(await fail()).toBe('v1')
  await writeFile(file, written('v3', ''))

  await expect.poll(fail).toBe('v3')
  await rm(folder, { recursive: true })
})

test('what else happens by a fault of state happens, and not where there is nothing to happen', async () => {
  await using idp = await startUnderstudy({ fixtures })
  const config = await discover(idp.url, 'app', 'app-secret')
  await idp.arm('x-fired-from-the-firm')

  await expect(client.clientCredentialsGrant(config, {})).resolves.toBeDefined()
  expect(await idp.armed()).toMatchObject([{ fires: 0 }])
  await expect(login(config, { redirectUri })).rejects.toMatchObject({ error: 'invalid_grant' })
  expect(await idp.armed()).toMatchObject([{ fires: 1 }])
})

test('a wait is as long as it says', async () => {
  await using idp = await startUnderstudy({ fixtures })
  const config = await discover(idp.url, 'app', 'app-secret')
  await idp.arm({ fault: 'x-slow-lane', with: { ms: 120 } })
  const began = performance.now()

  await client.clientCredentialsGrant(config, {})

  expect(performance.now() - began).toBeGreaterThan(110)
})

describe('one that fails itself', () => {
  const broken: OwnFault[] = [
    {
      name: 'x-throws',
      summary: 'It throws.',
      acts: 'connection',
      endpoints: ['token'],
      async send() {
        throw new Error('I do not know how')
      },
    },
    { name: 'x-forgets', summary: 'It never ends.', acts: 'connection', endpoints: ['token'], async send() {} },
    {
      name: 'x-promises',
      summary: 'It promises.',
      acts: 'rewrite',
      endpoints: ['token'],
      rewrite: (async (answer: unknown) => answer) as never,
    },
    {
      name: 'x-chokes',
      summary: 'It chokes.',
      acts: 'rewrite',
      endpoints: ['token'],
      rewrite() {
        throw new Error('no such member')
      },
    },
  ]

  test.each([
    ['x-throws', 'ECONNRESET'],
    ['x-forgets', 'UND_ERR_SOCKET'],
    ['x-promises', 'OAUTH_RESPONSE_IS_NOT_CONFORM'],
    ['x-chokes', 'OAUTH_RESPONSE_IS_NOT_CONFORM'],
  ])('%s leaves no client waiting, and the next is served', async (fault, code) => {
    await using idp = await startUnderstudy({ fixtures: { ...roundFixtures, ownFaults: broken } })
    const config = await discover(idp.url, 'app', 'app-secret')
    await idp.arm(fault as `x-${string}`)

    const failed = await client.clientCredentialsGrant(config, {}).catch((error) => error)

    expect(codesOf(failed)).toContain(code)
    await expect(client.clientCredentialsGrant(config, {})).resolves.toBeDefined()
  })
})

describe('what a fault of state or delay returns', () => {
  type Verbs = { effect?: unknown; delayMs?: unknown }

  /** Has one request meet a fault of a verb's, at the token endpoint. */
  async function meet(verbs: Verbs) {
    const acts = 'effect' in verbs ? 'state' : 'delay'
    const own = { name: 'x-returns', summary: 'It returns.', acts, endpoints: ['token'], at: 'request', ...verbs }
    const idp = await startUnderstudy({ fixtures: { ...roundFixtures, ownFaults: [own as OwnFault] } })
    await idp.arm('x-returns')
    const response = await fetch(`${idp.url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('app:app-secret')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    const [armed] = await idp.armed()
    const before = { users: await idp.users.list(), clients: await idp.clients.list() }
    await idp.close()
    return {
      status: response.status,
      body: (await response.json()) as Record<string, unknown>,
      fires: armed?.fires,
      ...before,
    }
  }

  test.each<[Verbs, string]>([
    [{ effect: () => ({ effect: 'lock-usr', username: 'alice' }) }, 'Did you mean "lock-user"?'],
    [{ effect: () => 'lock-user' }, 'it returns a string; expected undefined, or { effect } with one of rotate-keys'],
    [{ effect: () => null }, 'it returns null; expected undefined'],
    [{ effect: () => ({}) }, 'it returns an object of another kind; expected undefined'],
    [{ effect: () => ({ effect: 'lock-user' }) }, '"lock-user" has username: undefined; expected a string'],
    [{ effect: () => ({ effect: 'end-sessions' }) }, '"end-sessions" has username: undefined; expected a string'],
    [{ effect: () => ({ effect: 'revoke-token', token: 1 }) }, '"revoke-token" has token: 1; expected a string'],
    [{ effect: () => ({ effect: 'revoke-grant' }) }, '"revoke-grant" has id: undefined; expected a string'],
    [{ effect: () => ({ effect: 'rotate-secret' }) }, '"rotate-secret" has clientId: undefined; expected a string'],
    [{ effect: () => ({ effect: 'rotate-keys', keepOld: 'no' }) }, 'has keepOld: a string; expected a boolean'],
    [{ delayMs: () => Number.NaN }, 'it returns NaN; expected undefined, or a number of milliseconds from 0 to 600000'],
    [{ delayMs: () => Number.POSITIVE_INFINITY }, 'it returns Infinity; expected'],
    [{ delayMs: () => -1 }, 'it returns -1; expected'],
    [{ delayMs: () => 600_001 }, 'it returns 600001; expected'],
    [{ delayMs: () => '20' }, 'it returns a string; expected'],
  ])('%o is refused where it cannot be played: %s', async (verbs, why) => {
    const { status, body } = await meet(verbs)

    expect(status).toBe(500)
    const told = why.replaceAll('"', "'")
    expect(body).toMatchObject({ error: 'server_error', error_description: expect.stringContaining(told) })
    expect(body.error_description).toContain('x-returns')
  })

  test.each([0, 0.5])('a wait of %d ms is one', async (ms) => {
    expect(await meet({ delayMs: () => ms })).toMatchObject({ status: 200, fires: 1 })
  })

  test('no wait at all has not fired', async () => {
    expect(await meet({ delayMs: () => undefined })).toMatchObject({ status: 200, fires: 0 })
  })

  test.each([
    { effect: 'lock-user', username: 'nobody' },
    { effect: 'end-sessions', username: 'nobody' },
    { effect: 'rotate-secret', clientId: 'nobody' },
    { effect: 'revoke-grant', id: 'none' },
    { effect: 'revoke-token', token: 'none' },
  ])('%o does nothing', async (effect) => {
    const { status, users, clients } = await meet({ effect: () => effect })

    expect(status).toBe(200)
    expect(users.map(({ username }) => username)).not.toContain('nobody')
    expect(clients.map(({ client_id: id }) => id)).not.toContain('nobody')
  })
})

test('one that writes into the token that it is given has changed it, in a flow and by hand', async () => {
  const own: OwnFault = {
    name: 'x-in-place',
    summary: 'The issuer is another.',
    acts: 'token',
    tokens: ['id_token'],
    patch: (jwt) => Object.assign(jwt, { payload: Object.assign(jwt.payload, { iss: 'https://other.example' }) }),
  }
  await using idp = await startUnderstudy({ fixtures: { ...roundFixtures, ownFaults: [own] } })
  const config = await discover(idp.url, 'app', 'app-secret')
  await idp.arm('x-in-place')

  const failed = await login(config, { redirectUri }).catch((error) => error)
  const { id_token: minted = '' } = await idp.tokens({
    type: 'id_token',
    client: 'app',
    user: 'alice',
    faults: ['x-in-place'],
  })

  expect(codesOf(failed)).toContain('OAUTH_JWT_CLAIM_COMPARISON_FAILED')
  expect(await idp.armed()).toMatchObject([{ fault: 'x-in-place', fires: 1, spent: true }])
  expect(decodeJwt(minted).iss).toBe('https://other.example')
})

describe('one that throws', () => {
  const boom = (): never => {
    throw new Error('boom')
  }

  test('is told of by a token as by the others', async () => {
    const own: OwnFault = { name: 'x-boom', summary: 'It throws.', acts: 'token', tokens: ['id_token'], patch: boom }
    await using idp = await startUnderstudy({ fixtures: { ...roundFixtures, ownFaults: [own] } })
    const config = await discover(idp.url, 'app', 'app-secret')
    await idp.arm('x-boom')

    await expect(login(config, { redirectUri })).rejects.toBeDefined()

    const [request] = await idp.requests({ fault: 'x-boom' })
    const json = { error: 'server_error', error_description: "Failed to play 'x-boom': boom." }
    expect(request).toMatchObject({ endpoint: 'token', answer: { status: 500, json } })
  })

  test.each([
    ['an ID token in the fragment', 'id_token', { response_type: 'id_token', nonce: 'n' }],
    ['one beside a code', 'id_token', { response_type: 'code id_token', nonce: 'n', response_mode: 'form_post' }],
    ['an access token', 'access_token', { response_type: 'token' }],
    ['a signed response', 'authorization_response', { response_type: 'code', response_mode: 'jwt' }],
  ])('is told of on a page where it is by %s', async (_, token, asked) => {
    const tokens = ['id_token', 'access_token', 'authorization_response'] as const
    const own: OwnFault = { name: 'x-boom', summary: 'It throws.', acts: 'token', tokens: [...tokens], patch: boom }
    const app = {
      client_id: 'app',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'implicit'],
      client_secret: 's',
      consent: 'skip',
    }
    const fixtures = { users: ['alice'], clients: [app], ownFaults: [own] } as FixturesModule
    await using idp = await startUnderstudy({ fixtures })
    const all = { client_id: 'app', redirect_uri: redirectUri, scope: 'openid', ...asked } as Record<string, string>
    const url = `${idp.url}/auth?${new URLSearchParams(all)}`
    await idp.arm({ fault: 'x-boom', when: { token } } as never)

    await expect(idp.login('alice', { url })).rejects.toMatchObject({
      status: 500,
      message: expect.stringContaining('A fault of your own has failed. Failed to play "x-boom": boom.'),
    })

    const [request] = await idp.requests({ fault: 'x-boom' })
    expect(request?.refusal).toMatchObject({
      error: 'server_error',
      description: 'Failed to play "x-boom": boom.',
      why: 'Failed to play "x-boom": boom. The fault is one of the fixtures\' own: mend it there.',
    })
    await expect(idp.login('alice', { url })).resolves.toMatchObject({ pathname: new URL(redirectUri).pathname })
  })

  test('is told of on a page by the answer to a login, and by what becomes of it', async () => {
    const answer: OwnFault = { name: 'x-no', summary: 'x', acts: 'answer', endpoints: ['authorization'], answer: boom }
    const response: OwnFault = { name: 'x-back', summary: 'x', acts: 'response', respond: boom }
    await using idp = await startUnderstudy({ fixtures: { ...roundFixtures, ownFaults: [answer, response] } })

    for (const fault of ['x-no', 'x-back']) {
      await idp.arm({ fault } as never)
      const login = idp.login('alice', { client: 'app' })
      await expect(login).rejects.toThrow(`A fault of your own has failed. Failed to play "${fault}": boom.`)
    }
  })

  test('says why once in the log, and where', () => {
    const fault = completeOwn({ name: 'x-boom', summary: 'It throws.', acts: 'answer', answer: boom })
    let thrown: unknown
    try {
      if (fault.acts === 'answer') fault.answer({} as never, {})
    } catch (error) {
      thrown = error
    }

    const logged = pino.stdSerializers.err(thrown as Error)

    expect(logged.message).toBe('Failed to play "x-boom": boom.')
    expect(logged.stack).toMatch(/at boom .*own-faults\.test\.ts/)
  })
})
