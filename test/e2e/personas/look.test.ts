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

test('every page of an issuer names the provider, those that faults make too', async () => {
  const look = { name: 'Stream & Co' }
  await using idp = await startUnderstudy({
    fixtures: {
      persona: { extends: 'generic', look },
      users: ['alice'],
      clients: [
        {
          client_id: 'demo-app',
          client_secret: 's',
          redirect_uris: [redirectUri],
          grant_types: ['authorization_code', 'device_code', 'ciba'],
          auto_login: 'alice',
          consent: 'skip',
        },
      ],
    },
  })
  const asked = { response_type: 'code', client_id: 'demo-app', redirect_uri: redirectUri, scope: 'openid' }
  const ask = (more: Record<string, string> = {}) =>
    new UserAgent().open(`${idp.url}/auth?${new URLSearchParams({ ...asked, ...more })}`)
  const faulty = async (fault: 'never-returns' | 'code-replayed' | 'form-post-error') => {
    await idp.arm(fault)
    return ask()
  }
  const device = await fetch(`${idp.url}/device/auth`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('demo-app:s')}` },
    body: new URLSearchParams({ scope: 'openid' }),
  })
  const { user_code: code } = (await device.json()) as { user_code: string }
  const open = (path: string) => new UserAgent().open(`${idp.url}${path}`)

  const pages = [
    await faulty('never-returns'),
    await faulty('code-replayed'),
    await faulty('form-post-error'),
    await ask({ response_mode: 'form_post' }),
    await ask({ redirect_uri: 'http://elsewhere.example/' }),
    await open('/nowhere'),
    await open('/device'),
    await open(`/device?user_code=${code}`),
    await open(`/device/screen?user_code=${code}`),
    await open('/device/screen?user_code=none'),
    await open('/backchannel/waiting'),
    await open('/session/end'),
  ]

  for (const { url, html } of pages) expect(html, url.href).toContain('<bdi>Stream &amp; Co</bdi>')
})

test('generic has no look of its own', async () => {
  await using idp = await startUnderstudy()

  const page = await new UserAgent().open(
    `${idp.origin}/auth?${new URLSearchParams({ response_type: 'code', client_id: 'web-app', redirect_uri: redirectUri, scope: 'openid' })}`,
  )

  expect(page.html).toContain('Sign in')
  expect(page.html).not.toContain('data-look')
})
