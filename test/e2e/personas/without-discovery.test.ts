import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, startUnderstudy, type Understudy } from '../../../src/index.ts'

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({ fixtures: { users: ['alice'], issuers: { cloud: { persona: 'digitalocean' } } } })
})

afterAll(() => idp.close())

test('the home page links the discovery documents that there are, and names paths where there is none', async () => {
  const html = await (await fetch(idp.origin)).text()

  const links = [...html.matchAll(/href="([^"]*well-known[^"]*)"/g)].map(([, href]) => href)
  expect(links).toEqual([`${idp.origin}/.well-known/openid-configuration`])
  expect((await fetch(links[0] ?? '')).status).toBe(200)
  expect(html).toContain('plays <bdi>DigitalOcean</bdi>: <code>/v1/oauth/authorize</code> <code>/v1/oauth/token</code>')
})

test.each(['/nope', '/.well-known/openid-configuration', '/me'])(
  'where there is nothing at %s, the answer names what there is',
  async (path) => {
    const answer = await fetch(`${idp.origin}/cloud${path}`)
    const { error_description: said } = (await answer.json()) as { error_description: string }

    expect(answer.status).toBe(404)
    expect(said).toMatch(
      /plays DigitalOcean, which has no discovery document; it has \/v1\/oauth\/authorize, \/v1\/oauth\/token, .*\/v2\/account\.$/,
    )
  },
)

test('a provider with a discovery document goes on to point at it', async () => {
  const { error_description: said } = (await (await fetch(`${idp.origin}/nope`)).json()) as {
    error_description: string
  }

  expect(said).toBe('There is nothing at /nope. The discovery document names what there is.')
})

test.each([
  ['digitalocean', 'mark', 'read write'],
  ['dlive', 'dora', 'email:read streamkey:read'],
  ['resonite', 'Nova', 'profile email patreon'],
  ['digital-dj-pool', 'dj-dana', 'user crate file'],
] as const)('a login at %s needs no URL, in process and from afar', async (persona, user, scope) => {
  const { name } = await idp.createIssuer({ persona })
  const remote = await connect(idp.origin)

  for (const issuer of [idp.issuer(name), remote.issuer(name)]) {
    const callback = await issuer.login(user, { state: 's' })

    expect([...callback.searchParams.keys()]).toEqual(['code', 'state'])
    expect(callback.href).toMatch(/^http:\/\/localhost:3000\/callback\?/)
    expect((await issuer.requests({ endpoint: 'authorization', client: 'demo-app' })).length).toBeGreaterThan(0)
  }
  const some = await idp.issuer(name).login(user, { scope: scope.split(' ')[0] })
  expect(some.searchParams.get('error')).toBeNull()
  expect((await idp.issuer(name).grants.list()).flatMap((grant) => grant.scopes)).toEqual(
    expect.arrayContaining(scope.split(' ')),
  )
})

test('the list of issuers tells where logins begin that no document tells, as browsers know it', async () => {
  const named = { issuer: 'http://idp.test/cloud', browser_url: 'http://localhost:9/cloud', persona: 'digitalocean' }
  await using other = await startUnderstudy({
    fixtures: {
      issuers: { cloud: named, machines: { persona: { discovery: false, grant_types: ['client_credentials'] } } },
    } as never,
  })

  const told = (await other.issuers()).map((each) => [each.name, each.authorization_endpoint])
  expect(told).toEqual([
    ['default', undefined],
    ['cloud', 'http://localhost:9/cloud/v1/oauth/authorize'],
    ['machines', undefined],
  ])
})

test('a document that a fault hides is not gone round', async () => {
  await idp.arm({ fault: 'http-status', with: { status: 404 }, when: { endpoint: 'discovery' } })

  await expect(idp.login('alice', { client: 'any', redirectUri: 'http://localhost/cb' })).rejects.toThrow(
    /the discovery document of .* answered 404/,
  )
})
