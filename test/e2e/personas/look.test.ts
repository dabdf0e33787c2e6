import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { startUnderstudy } from '../../../src/index.ts'
import { type Page, UserAgent } from '../../user-agent.ts'
import { redirectUri } from './provider.ts'

/** The login and the consent page of an issuer, as a person sees them. */
async function pagesAt(url: string, path: string, scope: string, user: string): Promise<[Page, Page]> {
  const asked = { response_type: 'code', client_id: 'demo-app', redirect_uri: redirectUri, scope }
  const agent = new UserAgent()
  const login = await agent.open(`${url}${path}?${new URLSearchParams(asked)}`)
  return [login, await agent.submit(login, /name="pick"/, { pick: user })]
}

/** The styles of a page, each with whether its policy lets it be. */
function stylesOf({ html, headers }: Page): [css: string, allowed: boolean][] {
  const policy = headers.get('content-security-policy') ?? ''
  return [...html.matchAll(/<style[^>]*>(.*?)<\/style>/gs)].map(([, css = '']) => {
    return [css, policy.includes(createHash('sha256').update(css).digest('base64'))]
  })
}

test('pages have the name and the colour of the provider, and the words of its button', async () => {
  await using idp = await startUnderstudy({ persona: 'digitalocean' })

  const [login, consent] = await pagesAt(idp.origin, '/v1/oauth/authorize', 'read', 'mark')

  for (const page of [login, consent]) {
    expect(page.html).toContain('<bdi>DigitalOcean</bdi>')
    expect(page.html).toContain('Mock identity provider')
    const styles = stylesOf(page)
    expect(styles.some(([css]) => css.includes('--accent:#0069ff'))).toBe(true)
    expect(styles.every(([, allowed]) => allowed)).toBe(true)
  }
  expect(consent.html).toContain('<button class="primary">Authorize Application</button>')
  expect(consent.html).toContain('Demo App')
  expect(consent.html).toContain('mark@thefunkybunch.com')
})

test('a light colour has dark text on it, and a name is no markup', async () => {
  const persona = { extends: 'dlive', look: { name: '<b>Stream</b>', accent: '#ffee00' } } as const
  await using idp = await startUnderstudy({ fixtures: { persona } })

  const [login] = await pagesAt(idp.origin, '/o/authorize', 'email:read', 'dora')

  expect(login.html).toContain('&lt;b&gt;Stream')
  expect(stylesOf(login).some(([css]) => css.includes('--on-strong:#000'))).toBe(true)
})

test('generic has no look of its own', async () => {
  await using idp = await startUnderstudy()

  const page = await new UserAgent().open(
    `${idp.origin}/auth?${new URLSearchParams({ response_type: 'code', client_id: 'web-app', redirect_uri: redirectUri, scope: 'openid' })}`,
  )

  expect(page.html).toContain('Sign in')
  expect(page.html).not.toContain('data-look')
})
