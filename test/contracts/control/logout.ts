import { expect, test } from 'vitest'
import { answerLogouts } from '../../e2e/logout-receiver.ts'
import { type ControlUnderTest, failure } from '../control.ts'

/** What every control does to tell clients of logouts. */
export function logoutContract(subject: () => ControlUnderTest): void {
  async function issuerWith(uri: string | undefined, more: Record<string, unknown> = {}): Promise<string> {
    const { name } = await subject().control.createIssuer({
      users: ['alice'],
      clients: [
        {
          client_id: 'shop',
          client_secret: 'secret',
          redirect_uris: ['http://localhost/callback'],
          backchannel_logout_uri: uri,
          ...more,
        },
      ],
    } as never)
    return name
  }

  test('a client is told of a logout, and its answer is heard', async () => {
    const { control, origin } = subject()
    const shop = await answerLogouts({ status: 200, body: 'goodbye' })
    const issuer = await issuerWith(shop.uri, { backchannel_logout_session_required: true })

    const { deliveries } = await control.backchannelLogout(issuer, { user: 'alice', client: 'shop' }, origin)

    expect(deliveries).toEqual([
      {
        client_id: 'shop',
        uri: shop.uri,
        status: 200,
        body: 'goodbye',
        logout_token: shop.received[0],
        decoded: {
          header: { alg: 'RS256', typ: 'logout+jwt', kid: expect.any(String) },
          claims: {
            iss: `${origin}/${issuer}`,
            aud: 'shop',
            sub: 'alice',
            sid: expect.any(String),
            jti: expect.any(String),
            events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
            iat: expect.any(Number),
            exp: expect.any(Number),
          },
        },
      },
    ])
    await shop.close()
  })

  test('a client that is not there is a finding, not a failure', async () => {
    const { control } = subject()
    const gone = await answerLogouts({ status: 200 })
    await gone.close()
    const issuer = await issuerWith(gone.uri)

    const { deliveries } = await control.backchannelLogout(issuer, { user: 'alice', client: 'shop' })

    expect(deliveries).toMatchObject([{ client_id: 'shop', error: 'ECONNREFUSED' }])
    expect(deliveries[0]).not.toHaveProperty('status')
  })

  test('tokens may be wrong on purpose, even such as are no JWT', async () => {
    const { control } = subject()
    const shop = await answerLogouts({ status: 400 })
    const issuer = await issuerWith(shop.uri)

    const faults = [{ fault: 'malformed-jwt', with: { variant: 'not-json' } }]
    const { deliveries } = await control.backchannelLogout(issuer, { user: 'alice', client: 'shop', faults })

    expect(deliveries).toMatchObject([{ status: 400, logout_token: shop.received[0] }])
    expect(deliveries[0]).not.toHaveProperty('decoded')
    await shop.close()
  })

  test('nobody is told where nobody is signed in to', async () => {
    const { control } = subject()
    const issuer = await issuerWith('http://localhost:1/logout')

    expect(await control.backchannelLogout(issuer, { user: 'alice' })).toEqual({ deliveries: [] })
  })

  test.each([
    [{ user: 'alcie' }, { code: 'ERR_USER_UNKNOWN', status: 404, message: stringWith('Did you mean "alice"?') }],
    [{ sid: 'nothing' }, { code: 'ERR_SESSION_UNKNOWN', status: 404, message: stringWith('no session "nothing"') }],
    [
      { user: 'alice', client: 'shap' },
      { code: 'ERR_CLIENT_UNKNOWN', status: 404, message: stringWith('Did you mean "shop"?') },
    ],
    [
      { user: 'alice', client: 'shop' },
      {
        code: 'ERR_NO_BACKCHANNEL_LOGOUT',
        status: 409,
        message: stringWith('Give the client a backchannel_logout_uri'),
      },
    ],
    [
      { user: 'alice', faults: ['no-evnt'] },
      { code: 'ERR_FAULT_UNKNOWN', status: 404, message: stringWith('Did you mean "no-event"?') },
    ],
    [
      { user: 'alice', faults: ['nonce-invalid'] },
      { code: 'ERR_FAULT_INVALID', status: 400 },
    ],
    [{}, { code: 'ERR_REQUEST_INVALID', status: 400, message: stringWith('either user or sid') }],
    [
      { user: 'alice', sid: 'x' },
      { code: 'ERR_REQUEST_INVALID', status: 400 },
    ],
  ])('%j is told what is wrong', async (request, problem) => {
    const issuer = await issuerWith(undefined)

    expect(await failure(subject().control.backchannelLogout(issuer, request))).toMatchObject(problem)
  })

  test('telling of logouts on an unknown issuer says so', async () => {
    const operation = subject().control.backchannelLogout('partnr', { user: 'alice' })

    expect(await failure(operation)).toMatchObject({ code: 'ERR_ISSUER_UNKNOWN', status: 404 })
  })
}

function stringWith(text: string): unknown {
  return expect.stringContaining(text)
}
