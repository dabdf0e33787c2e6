import { expect, test } from 'vitest'
import type { Exchange } from '../../src/domain/exchange.ts'
import type { Arming } from '../../src/faults/arming.ts'
import type { Holder } from '../../src/faults/encounters.ts'
import type { TokenType } from '../../src/faults/jwt.ts'
import { armingOfTest, met, mistake, request, tokenRequest } from './exchanges.ts'

const webApp: Holder = { client: 'web-app', user: 'alice', scope: ['openid'] }

/** The names of the faults that change a token. */
async function changed(
  arming: Arming,
  exchange: Exchange,
  token: TokenType = 'id_token',
  holder = webApp,
): Promise<string[]> {
  const fired = await arming.takeToken(exchange, token, holder)
  return fired.map(({ fault }) => fault.name)
}

test('a fault of tokens counts what is signed, not what is asked', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'invalid-iss' })
  const exchange = tokenRequest()

  expect(arming.concerns(exchange)).toBe(false)
  expect(await met(arming, exchange)).toBe('pass')
  expect(arming.list()).toMatchObject([{ matches: 0, fires: 0 }])
  expect(await changed(arming, exchange)).toEqual(['invalid-iss'])
  expect(arming.list()).toMatchObject([{ matches: 1, fires: 1, spent: true }])
  expect(arming.concernsToken(tokenRequest(), 'id_token')).toBe(false)
})

test('it changes its first token, and no other', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'invalid-iss' })

  expect(await changed(arming, tokenRequest(), 'access_token')).toEqual([])
  expect(await changed(arming, request('userinfo'), 'userinfo')).toEqual([])
  expect(await changed(arming, tokenRequest(), 'id_token')).toEqual(['invalid-iss'])
})

test.each([
  [{ token: 'access_token' }, ['access_token']],
  [{ token: ['id_token', 'userinfo'] }, ['id_token', 'userinfo']],
  [{ token: '/_token$/' }, ['id_token', 'access_token', 'logout_token']],
  [{ endpoint: 'userinfo' }, ['userinfo']],
  [{ endpoint: 'end_session' }, ['logout_token']],
  [{ endpoint: ['introspection', 'userinfo'] }, ['userinfo', 'introspection']],
])('where %j is asked for, it changes %j', async (when, expected) => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'invalid-iss', when, times: 10 })
  const signed: [TokenType, Exchange][] = [
    ['id_token', tokenRequest()],
    ['access_token', tokenRequest()],
    ['userinfo', request('userinfo')],
    ['logout_token', request('end_session')],
    ['introspection', request('introspection')],
  ]

  const found: string[] = []
  for (const [token, exchange] of signed) if ((await changed(arming, exchange, token)).length > 0) found.push(token)
  expect(found).toEqual(expected)
})

test.each([
  [
    { fault: 'invalid-athash', when: { token: 'access_token' } },
    'when.token: "invalid-athash" is not for access_token. It fires at token, authorization, in a signed id_token.',
  ],
  [
    { fault: 'invalid_grant', when: { token: 'id_token' } },
    'when.token: only faults of signed tokens take a token, and not "invalid_grant".',
  ],
  [
    { fault: 'invalid-athash', when: { token: '/^logout/' } },
    'when.token: "invalid-athash" is not for /^logout/. It fires at token, authorization, in a signed id_token.',
  ],
  [
    { fault: 'invalid-iss', when: { token: 'access_token', endpoint: 'userinfo' } },
    'when.endpoint: "invalid-iss" cannot fire at userinfo. It fires at token, authorization, in a signed access_token.',
  ],
  [
    { fault: 'refresh-token-invalid-sub', when: { endpoint: 'authorization' } },
    'when.endpoint: "refresh-token-invalid-sub" cannot fire at authorization. It fires at token (grant type refresh_token), in a signed id_token.',
  ],
  [
    { fault: 'no-event', when: { endpoint: 'token' } },
    'when.endpoint: "no-event" cannot fire at token. It fires at end_session, in a signed logout_token.',
  ],
  [
    { fault: 'invalid-iss', when: { token: 'idtoken' } },
    'when.token: no such token. Did you mean "id_token"? Expected one of id_token, access_token, userinfo, logout_token, authorization_response, introspection, a /regex/, or a list of them.',
  ],
])('%j is refused', (spec, text) => {
  const { arming } = armingOfTest()
  expect(mistake(() => arming.arm(spec))).toBe(`ERR_FAULT_INVALID 400 Failed to arm "${spec.fault}": ${text}`)
})

test.each([
  [{ client: 'web-app' }, true],
  [{ client: 'spa' }, false],
  [{ user: 'alice' }, true],
  [{ user: 'bob' }, false],
  [{ scope: 'openid' }, true],
  [{ scope: 'crate' }, false],
  [{ grant_type: 'authorization_code' }, true],
  [{ grant_type: 'refresh_token' }, false],
  [{ header: { 'x-run': '7' } }, true],
  [{ header: { 'x-run': '8' } }, false],
  [{ param: { resource: '/api/' } }, true],
  [{ tag: 'mine' }, true],
  [{ tag: 'yours' }, false],
])('tokens are selected by %j: %s', async (when, fires) => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'invalid-iss', when })
  const exchange = tokenRequest('web-app', {
    headers: { 'x-run': '7' },
    params: { resource: 'https://api.example' },
    tag: 'mine',
  })

  expect(await changed(arming, exchange)).toEqual(fires ? ['invalid-iss'] : [])
})

test('whom a token is for counts, not who asks', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'no-event', when: { client: 'blog', user: 'alice' } })
  const exchange = request('end_session', { client: 'shop', identity: { user: 'bob' } })

  expect(await changed(arming, exchange, 'logout_token', { client: 'shop', user: 'alice' })).toEqual([])
  expect(await changed(arming, exchange, 'logout_token', { client: 'blog', user: 'alice' })).toEqual(['no-event'])
})

test('skip and times count tokens', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'invalid-iss', skip: 1, times: 2 })

  const names: string[][] = []
  for (let round = 0; round < 4; round += 1) names.push(await changed(arming, tokenRequest()))
  expect(names).toEqual([[], ['invalid-iss'], ['invalid-iss'], []])
})

test('of two tokens at once only one takes the last', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'invalid-iss', when: { user: 'alice' } })

  const names = await Promise.all([changed(arming, tokenRequest()), changed(arming, tokenRequest())])
  expect(names.flat()).toEqual(['invalid-iss'])
})

test('several faults change a token, in the order in which they were armed', async () => {
  const { arming } = armingOfTest()
  arming.arm({ fault: 'unknown-kid' })
  arming.arm({ fault: 'invalid-aud' })

  expect(await changed(arming, tokenRequest())).toEqual(['unknown-kid', 'invalid-aud'])
})

test('a token tells the request what has changed it', async () => {
  const { arming } = armingOfTest()
  const { id } = arming.arm({ fault: 'invalid-iss' })
  const exchange = tokenRequest()

  await changed(arming, exchange)
  expect(exchange.fired).toEqual([{ id, fault: 'invalid-iss', origin: 'admin' }])
})

test("a script's step for a token is taken with the request, and fires when that is signed", async () => {
  const { arming } = armingOfTest()
  arming.arm({ script: ['invalid-iss', 'pass', 'invalid_grant'], per: 'issuer' })
  const [first, second, third] = [tokenRequest(), tokenRequest(), tokenRequest()]

  expect(await met(arming, first)).toBe('pass')
  expect(arming.list()).toMatchObject([{ matches: 1, fires: 0 }])
  expect(await changed(arming, second)).toEqual([])
  expect(await changed(arming, first, 'access_token')).toEqual([])
  expect(await changed(arming, first)).toEqual(['invalid-iss'])
  expect(await changed(arming, first)).toEqual([])
  expect(first.fired).toMatchObject([{ fault: 'invalid-iss' }])
  expect([await met(arming, second), await met(arming, third)]).toEqual(['pass', 'invalid_grant'])
  expect(arming.list()).toMatchObject([{ matches: 3, fires: 2 }])
})

test("a script's step for a token of the authorization waits over the hops of its flow", async () => {
  const { arming } = armingOfTest()
  arming.arm({ script: ['invalid-iss'], when: { endpoint: 'authorization' } })
  const flow = { id: 'one' }

  await arming.take(request('authorization', { client: 'web-app', flow }))
  expect(await changed(arming, request('authorization', { flow: { id: 'two' } }))).toEqual([])
  expect(await changed(arming, request('authorization', { flow }))).toEqual(['invalid-iss'])
})

test('a script of tokens leaves authorizations alone, which seldom give out any', async () => {
  const { arming } = armingOfTest()
  arming.arm({ script: ['invalid-iss'] })

  await arming.take(request('authorization', { flow: { id: 'one' } }))
  expect(arming.list()).toMatchObject([{ matches: 0 }])
})

test('a hook fires a fault at the tokens of one request', async () => {
  const { arming } = armingOfTest()
  const exchange = tokenRequest()

  expect(arming.fireOnce('invalid-iss', exchange)).toBeUndefined()
  expect(exchange.fired).toEqual([])
  expect(await changed(arming, tokenRequest())).toEqual([])
  expect(await changed(arming, exchange)).toEqual(['invalid-iss'])
  expect(exchange.fired).toMatchObject([{ fault: 'invalid-iss', origin: 'hook' }])
})

test('a hook cannot change tokens where none are signed', () => {
  const { arming } = armingOfTest()
  expect(mistake(() => arming.fireOnce('invalid-iss', request('jwks')))).toMatch(/^ERR_FAULT_INVALID 500 .*cannot fire/)
})

test('a request arms faults of tokens for its flow alone', async () => {
  const { arming } = armingOfTest()
  const flow = { id: 'mine', faults: 'invalid-iss;iss="https://x.example"' }
  await arming.take(request('authorization', { flow, faults: flow.faults }))
  const other = tokenRequest('web-app', { identity: { flow: { id: 'other' } } })
  const mine = tokenRequest('web-app', { identity: { flow } })

  expect(await changed(arming, other)).toEqual([])
  const [fired] = await arming.takeToken(mine, 'id_token', webApp)
  expect(fired).toMatchObject({ origin: 'request', params: { iss: 'https://x.example' } })
  expect(await changed(arming, mine)).toEqual([])
})

test('a request names the token', async () => {
  const { arming } = armingOfTest()
  const flow = { id: 'mine' }
  await arming.take(
    request('authorization', { flow, faults: 'rogue-key;token=access_token, invalid-aud;endpoint=userinfo' }),
  )

  expect(await changed(arming, tokenRequest('web-app', { flow }))).toEqual([])
  expect(await changed(arming, tokenRequest('web-app', { flow }), 'access_token')).toEqual(['rogue-key'])
  expect(await changed(arming, request('userinfo', { flow }), 'userinfo')).toEqual(['invalid-aud'])
})

test.each([
  ['invalid-athash;token=access_token', /"invalid-athash" is not for access_token/],
  ['no-event;endpoint=token', /"no-event" by this request: it cannot fire at token in this flow/],
  ['refresh-token-invalid-sub;endpoint=userinfo', /it cannot fire at userinfo/],
])('%s in a request is refused', (faults, text) => {
  const { arming } = armingOfTest()
  expect(mistake(() => arming.take(request('authorization', { faults })))).toMatch(text)
})

test('a flow that was forgotten arms anew what it inherited', async () => {
  const { arming } = armingOfTest()
  const flow = { id: 'old', faults: 'invalid-iss' }

  expect(await changed(arming, tokenRequest('web-app', { flow }))).toEqual(['invalid-iss'])
  expect(await changed(arming, tokenRequest('web-app', { flow }))).toEqual([])
})

test('a fault that the keys cannot serve is refused, and one that the fixtures declare never fires', async () => {
  const { arming } = armingOfTest({ keyCount: () => 3 })
  arming.replaceFixtures([{ fault: 'kid-absent-single-jwks', skip: 0 }])

  expect(mistake(() => arming.arm({ fault: 'kid-absent-single-jwks' }))).toMatch(/^ERR_FAULT_INVALID 400 .*3 keys/)
  const script = { script: ['pass', 'kid-absent-single-jwks'] }
  expect(mistake(() => arming.arm(script))).toMatch(/^ERR_FAULT_INVALID 400 .*3 keys/)
  const asked = request('authorization', { faults: 'kid-absent-single-jwks' })
  expect(mistake(() => arming.take(asked))).toMatch(/^ERR_FAULT_INVALID 400 .*3 keys/)
  expect(await changed(arming, tokenRequest())).toEqual([])
  expect(arming.list()).toMatchObject([{ matches: 0, fires: 0 }])
})

test('counters of tokens outlive a restart', async () => {
  const { arming, records } = armingOfTest()
  arming.arm({ fault: 'invalid-iss', times: 2 })
  await changed(arming, tokenRequest())
  const { arming: restarted } = armingOfTest()
  restarted.restore(records())

  expect(await changed(restarted, tokenRequest())).toEqual(['invalid-iss'])
  expect(await changed(restarted, tokenRequest())).toEqual([])
})
