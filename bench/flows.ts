import { basic, CookieJar, json, request } from './http.ts'

/** What a flow needs to know of a server, from its discovery document. */
export interface Endpoints {
  issuer: string
  authorization_endpoint: string
  token_endpoint: string
  userinfo_endpoint: string
  introspection_endpoint: string
  revocation_endpoint: string
  device_authorization_endpoint: string
  jwks_uri: string
}

const redirectUri = 'http://localhost:3000/callback'
const webApp = basic('web-app', 'web-secret')
// RFC 7636's own example.
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

export async function discover(issuer: string): Promise<Endpoints> {
  const document: unknown = json(await request(`${issuer}/.well-known/openid-configuration`), 200)
  return document as Endpoints
}

export async function clientCredentials(at: Endpoints, client: string, secret = 'service-secret'): Promise<string> {
  const form = { grant_type: 'client_credentials' }
  return json(await request(at.token_endpoint, { headers: basic(client, secret), form }), 200).access_token ?? ''
}

/** A code for alice: through the login page where the jar holds no session, at once where it does. */
export async function authorize(at: Endpoints, jar: CookieJar): Promise<string> {
  const query = new URLSearchParams({
    client_id: 'web-app',
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile email',
    state: 'bench',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })
  let url = `${at.authorization_endpoint}?${query}`
  let form: Record<string, string> | undefined
  for (let hops = 0; hops < 12; hops += 1) {
    const answer = jar.take(await request(url, { headers: jar.header, ...(form && { form }) }))
    if (answer.location !== undefined) {
      url = new URL(answer.location, url).href
      form = undefined
      if (url.startsWith(redirectUri)) return codeOf(url)
    } else {
      ;({ url, form } = fillIn(answer.body, url))
    }
  }
  throw new Error(`no code after 12 hops, at ${url}`)
}

function codeOf(callback: string): string {
  const code = new URL(callback).searchParams.get('code')
  if (code === null) throw new Error(`the callback has no code: ${callback}`)
  return code
}

/** What a browser sends when alice fills in the first form of a page. */
function fillIn(page: string, at: string): { url: string; form: Record<string, string> } {
  const [form] = /<form[\s\S]*?<\/form>/i.exec(page) ?? []
  if (form === undefined) throw new Error(`no form at ${at}: ${page.slice(0, 300)}`)
  const action = attribute(/<form[^>]*>/i.exec(form)?.[0] ?? '', 'action')
  const fields: Record<string, string> = {}
  for (const [input] of form.matchAll(/<input[^>]*>/gi)) {
    const name = attribute(input, 'name')
    if (name && attribute(input, 'type') !== 'checkbox') fields[name] = attribute(input, 'value')
  }
  return { url: new URL(action || at, at).href, form: { ...fields, username: 'alice', password: 'wonderland' } }
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(tag)?.[1] ?? ''
  return value.replaceAll('&amp;', '&').replaceAll('&#34;', '"').replaceAll('&#39;', "'")
}

export async function exchange(at: Endpoints, code: string): Promise<Record<string, string>> {
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
  return json(await request(at.token_endpoint, { headers: webApp, form }), 200)
}

/** A login by a browser that was never here, up to the tokens. */
export async function login(at: Endpoints): Promise<Record<string, string>> {
  return exchange(at, await authorize(at, new CookieJar()))
}

export async function refresh(at: Endpoints, refreshToken: string): Promise<string> {
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
  return json(await request(at.token_endpoint, { headers: webApp, form }), 200).refresh_token ?? ''
}

export async function userinfo(at: Endpoints, token: string): Promise<void> {
  json(await request(at.userinfo_endpoint, { headers: { authorization: `Bearer ${token}` } }), 200)
}

export async function introspect(at: Endpoints, token: string): Promise<void> {
  const { active } = json(await request(at.introspection_endpoint, { headers: webApp, form: { token } }), 200)
  if (String(active) !== 'true') throw new Error('a live token was introspected as inactive')
}

export async function revoke(at: Endpoints, token: string): Promise<void> {
  const headers = basic('opaque-service', 'service-secret')
  json(await request(at.revocation_endpoint, { headers, form: { token } }), 200)
}

/** A device asks for a code and polls once, before anyone has approved it. */
export async function device(at: Endpoints): Promise<void> {
  const asked = await request(at.device_authorization_endpoint, { form: { client_id: 'tv-app', scope: 'openid' } })
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: json(asked, 200).device_code ?? '',
    client_id: 'tv-app',
  }
  const { error } = json(await request(at.token_endpoint, { form }), 400)
  if (error !== 'authorization_pending' && error !== 'slow_down') throw new Error(`the first poll answered ${error}`)
}
