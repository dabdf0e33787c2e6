import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'

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
