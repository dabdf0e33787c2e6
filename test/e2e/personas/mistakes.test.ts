import { expect, test } from 'vitest'
import { startUnderstudy } from '../../../src/index.ts'

/** What is said of a persona of the fixtures that is wrong: each mistake in a line. */
async function mistakesIn(persona: Record<string, unknown>, others: Record<string, unknown> = {}): Promise<string[]> {
  const fixtures = { persona: { extends: 'generic', ...persona }, ...others } as never
  const thrown: unknown = await startUnderstudy({ fixtures }).catch((error: unknown) => error)
  if (!(thrown instanceof Error)) throw new Error('it has started')
  return thrown.message
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
}

test.each<[string, Record<string, string>, string[]]>([
  [
    'two endpoints on one path',
    { token: '/o/token', revocation: '/O/Token' },
    ['persona.endpoints.revocation: /O/Token is taken: the token endpoint is there. Give one of them another path'],
  ],
  [
    'an endpoint on the path of one that is not chosen',
    { token: '/me' },
    ['persona.endpoints.token: /me is taken: the userinfo endpoint is there. Give one of them another path'],
  ],
  [
    'paths of our own',
    {
      token: '/_understudy/x',
      userinfo: '/interaction/x',
      end_session: '/favicon.ico',
      jwks: '/.well-known/jwks.json',
    },
    [
      "persona.endpoints.token: /_understudy/x is taken: paths that begin with /_understudy are Understudy's own",
      "persona.endpoints.userinfo: /interaction/x is taken: paths that begin with /interaction are Understudy's own",
      "persona.endpoints.end_session: /favicon.ico is taken: paths that begin with /favicon.ico are Understudy's own",
      "persona.endpoints.jwks: /.well-known/jwks.json is taken: paths that begin with /.well-known are Understudy's own",
    ],
  ],
  [
    'what would be taken for a login that goes on',
    { authorization: '/oauth', userinfo: '/oauth/userinfo', token: '/oauth/token' },
    [
      'persona.endpoints.userinfo: /oauth/userinfo is taken: what the authorization endpoint begins goes on one step below it. Choose another path',
    ],
  ],
  ['steps up', { token: '/a/../token' }, ['persona.endpoints.token: expected a path without "." and ".." in it']],
])('%s is a mistake where it stands', async (_what, endpoints, told) => {
  expect(await mistakesIn({ endpoints })).toEqual(told.map((each) => `fixtures ${each}`))
})

test('endpoints may change places', async () => {
  const persona = { extends: 'generic', endpoints: { token: '/me', userinfo: '/token' } } as const

  await using idp = await startUnderstudy({ fixtures: { persona } })
  const bearer = await fetch(`${idp.origin}/token`)
  const posted = await fetch(`${idp.origin}/me`, { method: 'POST' })

  expect(bearer.headers.get('www-authenticate')).toMatch(/^Bearer /)
  expect(await posted.json()).toMatchObject({ error: 'invalid_client' })
})

test.each([
  ['$usr.sub', 'nothing is called "$usr". Did you mean "$user"? Write $$ for one $'],
  ['$price', 'nothing is called "$price". There are $answer, $user, $client, $grant. Write $$ for one $'],
  ['$user.sbu', '"$user" has no member "sbu". Did you mean "sub"?'],
  ['$user.email', '"$user" has no member "email". There are username, sub, claims.'],
  ['$client.client_secret', '"$client" has no member "client_secret".'],
  ['$grant.expiry', '"$grant" has no member "expiry".'],
  ['$user.sub | nmber', 'there is no filter "nmber". Did you mean "number"?'],
])('the template %s is a mistake in an answer, and in an error', async (template, told) => {
  const found = await mistakesIn({
    answers: { token: { '*': { account: { ids: [template] } } } },
    errors: { token: { invalid_grant: { members: { who: template } } } },
  })

  expect(found).toHaveLength(2)
  expect(found[0]).toContain(`fixtures persona.answers.token["*"].account.ids[0]: ${told}`)
  expect(found[1]).toContain(`fixtures persona.errors.token.invalid_grant.members.who: ${told}`)
})

test.each(['$answer.whatever.it.is', '$user.claims.groups', '$client.client_name | lower', '$answer', '$$5', 'plain'])(
  'the template %s is none',
  async (template) => {
    const persona = { extends: 'generic' as const, answers: { token: { '*': { account: template } } } }

    await using idp = await startUnderstudy({ fixtures: { persona } })

    expect(idp.origin).toMatch(/^http/)
  },
)

test('a grant that there is not is a mistake, and one where there are none', async () => {
  const found = await mistakesIn({
    answers: { token: { authorisation_code: {} }, userinfo: { authorization_code: {} } },
  })

  expect(found).toEqual([
    'fixtures persona.answers.token.authorisation_code: there is no grant "authorisation_code". Did you mean "authorization_code"?',
    'fixtures persona.answers.userinfo.authorization_code: only token requests have a grant type: expected "*"',
  ])
})

test('an endpoint that there is not is guessed, and so is a grant', async () => {
  const persona = { answers: { tokn: {} }, errors: { tken: {} }, access_tokens: { refresh: { format: 'jwt' } } }

  expect(await mistakesIn(persona)).toEqual([
    expect.stringMatching(/^fixtures persona\.access_tokens\.refresh: unknown key\. There are authorization_code, /),
    'fixtures persona.answers.tokn: unknown key. Did you mean "token"?',
    'fixtures persona.errors.tken: unknown key. Did you mean "token"?',
  ])
})

test('null takes a member away, and is a mistake where there is none', async () => {
  const answers = { token: { '*': { access_token: '$answer.access_token', uid: null, info: { name: null } } } }
  const errors = { token: { invalid_grant: { members: { hint: null } } } }
  const message = (persona: string) =>
    `null takes away what the persona that is extended has, and ${persona} has no such member. Leave it out`

  expect(await mistakesIn({ answers, errors })).toEqual([
    `fixtures persona.answers.token["*"].uid: ${message('generic')}`,
    `fixtures persona.answers.token["*"].info.name: ${message('generic')}`,
    `fixtures persona.errors.token.invalid_grant.members.hint: ${message('generic')}`,
  ])
  expect(await mistakesIn({ extends: 'digitalocean', answers, errors })).toEqual([
    `fixtures persona.errors.token.invalid_grant.members.hint: ${message('digitalocean')}`,
  ])
})

test('a default scope that there is not is a mistake', async () => {
  const scopes = { read: {} }

  expect(await mistakesIn({ openid: false, default_scope: ['nope', 'raed'] }, { scopes })).toEqual([
    'fixtures persona.default_scope[0]: the issuer has no scope "nope". Add it to scopes',
    'fixtures persona.default_scope[1]: the issuer has no scope "raed". Did you mean "read"?',
  ])
})

test('what is said of endpoints and grants that the persona has not got is a mistake', async () => {
  const persona = {
    extends: 'dlive',
    grant_types: ['authorization_code', 'device_code'],
    endpoints: { userinfo: '/me', token: '/o/t' },
    device_at_verification: true,
    narrowing: true,
    response_iss: false,
    answers: { token: { refresh_token: { a: 1 }, '*': { b: 2 } } },
    errors: { discovery: { '*': { status: 404 } }, token: { '*': { status: 422 } } },
    access_tokens: { client_credentials: { format: 'jwt' } },
    client_defaults: { grant_types: ['password', 'authorization_code'] },
    defaults: { device: { interval: 4 } },
  }
  const others = { device: { interval: 1 }, ciba: { interval: 1 }, refresh_token: { grace: 1 } }

  const found = await mistakesIn(persona, { ...others, registration: { enabled: false } })

  const told = (what: string, lack: string) =>
    `fixtures ${what}: dlive has ${lack}, so this would do nothing. Leave it out`
  expect(found.toSorted()).toEqual(
    [
      told('persona.endpoints.userinfo', 'no userinfo endpoint'),
      'fixtures persona.grant_types[1]: dlive has not got the grant device_code, since endpoints that it needs are in `without`. Leave it out',
      'fixtures persona.client_defaults.grant_types[0]: dlive has not got the grant password, so no client can use it. Leave it out',
      told('persona.device_at_verification', 'no device_authorization endpoint'),
      told('persona.narrowing', 'not got the grant refresh_token'),
      told('persona.answers.token.refresh_token', 'not got the grant refresh_token'),
      told('persona.errors.discovery', 'no discovery endpoint'),
      told('persona.access_tokens.client_credentials', 'not got the grant client_credentials'),
      told('persona.defaults.device', 'no device_authorization endpoint'),
      told('device', 'no device_authorization endpoint'),
      told('ciba', 'no backchannel_authentication endpoint'),
      told('refresh_token', 'not got the grant refresh_token'),
    ].toSorted(),
  )
})

test('what is of use for several things is a mistake where all of them are missing', async () => {
  const scopes = { read: {} }
  const persona = { name: 'jobs', grant_types: ['client_credentials'], default_scope: ['read'] }

  expect(await mistakesIn({ ...persona, parameters_in_query: true }, { scopes })).toEqual([
    'fixtures persona.default_scope: jobs has no authorization endpoint and has not got the grant password, so this would do nothing. Leave it out',
  ])
  expect(
    await mistakesIn({ ...persona, default_scope: undefined, grant_types: ['implicit'], parameters_in_query: true }),
  ).toEqual([
    'fixtures persona.parameters_in_query: jobs has no token endpoint and has no device_authorization endpoint, so this would do nothing. Leave it out',
  ])
})

test('whoever lays another persona over fixtures need not mend them; whoever patches in vain is told', async () => {
  const fixtures = { device: { interval: 1 }, registration: { enabled: true } } as never

  await using idp = await startUnderstudy({ fixtures, persona: 'dlive' })

  await idp.patch({ users: ['bob'] })
  await expect(idp.patch({ device: { interval: 2 } } as never)).rejects.toThrow(
    'device: dlive has no device_authorization endpoint, so this would do nothing. Leave it out',
  )
})

test('a switch that is off is no mistake where there is nothing to switch; a client that asks in vain is one', async () => {
  const clients = [
    { client_id: 'web', grant_types: ['client_credentials'], client_secret: 's', dpop_bound_access_tokens: false },
    { client_id: 'bound', grant_types: ['client_credentials'], client_secret: 's', dpop_bound_access_tokens: true },
  ]
  const message = 'stream has no DPoP, so this would do nothing. Leave it out'
  const persona = { extends: 'dlive', name: 'stream' }

  expect(await mistakesIn(persona, { dpop: { nonce: false }, clients })).toEqual([
    `fixtures clients[1].dpop_bound_access_tokens: ${message}`,
  ])
  expect(await mistakesIn({ ...persona, defaults: { clients } }, { dpop: { nonce: true } })).toEqual([
    `fixtures dpop: ${message}`,
    `fixtures persona.defaults.clients[1].dpop_bound_access_tokens: ${message}`,
  ])
})

test('a client that is put in vain is told so', async () => {
  await using idp = await startUnderstudy({ fixtures: { persona: 'dlive' } })
  const client = { client_secret: 's', grant_types: ['client_credentials'], dpop_bound_access_tokens: true }

  await expect(idp.clients.put('bound', client as never)).rejects.toThrow(
    'dpop_bound_access_tokens: dlive has no DPoP, so this would do nothing. Leave it out',
  )
})
