import * as client from 'openid-client'
import { expect, test } from 'vitest'
import { startUnderstudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover } from './flows.ts'

const crowd = 200
const redirectUri = 'http://localhost/callback'

/** What a flow arms for itself, one of each family and one of nothing, and all that its client sees then. */
const plans: [faults: string | undefined, seen: string[]][] = [
  [undefined, ['tokens', 'userinfo']],
  ['access_denied;endpoint=authorization', ['access_denied']],
  ['invalid_grant;endpoint=token', ['invalid_grant']],
  ['invalid-aud;endpoint=token', ['OAUTH_JWT_CLAIM_COMPARISON_FAILED']],
  ['wrong-state', ['OAUTH_INVALID_RESPONSE']],
  ['missing-access-token', ['OAUTH_INVALID_RESPONSE']],
  ['html-page;endpoint=token', ['OAUTH_RESPONSE_IS_NOT_JSON']],
  ['userinfo-invalid-sub', ['tokens', 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED']],
  ['token-revoked-early', ['tokens', 'OAUTH_WWW_AUTHENTICATE_CHALLENGE']],
  ['connection-reset;endpoint=token', ['ECONNRESET']],
  ['truncate;endpoint=userinfo', ['tokens', 'OAUTH_PARSE_ERROR']],
  ['http-status;status=502;endpoint=token', ['OAUTH_RESPONSE_IS_NOT_CONFORM']],
  [
    'latency;ms=40;endpoint=token, insufficient_scope;endpoint=userinfo',
    ['tokens', 'OAUTH_WWW_AUTHENTICATE_CHALLENGE'],
  ],
]

/** A login and a look at userinfo; how far it came, and the code of what stopped it. */
async function go(config: client.Configuration, index: number, faults: string | undefined): Promise<string[]> {
  const seen: string[] = []
  const [state, nonce] = [client.randomState(), client.randomNonce()]
  const mark = { understudy_tag: `flow-${index}`, ...(faults !== undefined && { understudy_fault: faults }) }
  const asked = { redirect_uri: redirectUri, scope: 'openid', state, nonce, ...mark }
  try {
    const { url } = await new UserAgent().open(client.buildAuthorizationUrl(config, asked))
    const checks = { expectedState: state, expectedNonce: nonce }
    const tokens = await client.authorizationCodeGrant(config, url, checks)
    seen.push('tokens')
    await client.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '')
    seen.push('userinfo')
  } catch (error) {
    const { error: told, code, cause } = error as { error?: string; code?: string; cause?: { code?: string } }
    seen.push(told ?? code ?? cause?.code ?? String(error))
  }
  return seen
}

test('two hundred flows at once each meet the fault that they have armed, and no other', {
  timeout: 90_000,
}, async () => {
  await using idp = await startUnderstudy({
    fixtures: {
      id_token: { signed_response_alg: 'ES256' },
      users: ['alice'],
      clients: [
        {
          client_id: 'web',
          client_secret: 'secret',
          id_token_signed_response_alg: 'ES256',
          redirect_uris: [redirectUri],
          auto_login: 'alice',
          consent: 'skip',
        },
      ],
    },
  })
  const config = await discover(idp.url, 'web', 'secret')
  client.enableNonRepudiationChecks(config)
  const planOf = (index: number) => plans[index % plans.length] as (typeof plans)[number]

  const seen = await Promise.all(Array.from({ length: crowd }, (_, index) => go(config, index, planOf(index)[0])))

  expect(seen).toEqual(seen.map((_, index) => planOf(index)[1]))
  const entries = await idp.requests({})
  for (const [index] of seen.entries()) {
    const fired = entries.filter(({ tag }) => tag === `flow-${index}`).flatMap(({ faults }) => faults)
    const names = (planOf(index)[0] ?? '').split(', ').flatMap((item) => item.split(';')[0] || [])
    expect(new Set(fired.map(({ fault }) => fault)), `flow-${index}`).toEqual(new Set(names))
    expect(fired, `flow-${index}`).toHaveLength(names.length)
  }
  expect(await idp.armed()).toEqual([])
})
