import type { Control } from '../../control/control.ts'
import { UnderstudyError } from '../../errors.ts'

/** The issuer that a login is at. */
export interface LoginAt {
  control: Control
  name: string
  url: string
  /** Of the server, by which it is asked. */
  origin: string
}

/** What an authorization URL is made of where no app has made one. */
export interface AuthorizationRequest {
  /** Client id. Default: the first client that has a redirect URI. */
  client?: string | undefined
  /** Default: the first of the client's redirect URIs. */
  redirectUri?: string | undefined
  /** Default: `openid`; where there is no discovery document, all scopes that the issuer declares. */
  scope?: string | undefined
  /** Default: made up. */
  state?: string | undefined
  /** Default: made up, where the scope has `openid` in it. */
  nonce?: string | undefined
  /** Further parameters, such as `code_challenge` and `code_challenge_method`, `prompt` or `resource`. */
  parameters?: Readonly<Record<string, string>> | undefined
}

/** The authorization URL to be opened. */
export async function authorizationUrl(
  at: LoginAt,
  request: { url: string | URL } | AuthorizationRequest,
): Promise<URL> {
  if ('url' in request) return new URL(request.url)
  const id = request.client ?? (await firstClient(at))
  const [known, { endpoint, usualScope }] = await Promise.all([redirectUriOf(at, id), beginningOf(at)])
  const redirectUri = request.redirectUri ?? known
  if (redirectUri === undefined) {
    const message = `Failed to log in at "${id}": the client has no redirect URI. Give one with redirectUri.`
    throw new UnderstudyError('ERR_LOGIN_FAILED', 400, message)
  }
  const { scope = usualScope, state = random(), parameters } = request
  // Without OpenID Connect there is no ID token to hold one.
  const nonce = request.nonce ?? (scope.split(' ').includes('openid') ? random() : undefined)
  const basics = {
    client_id: id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state,
    ...(nonce && { nonce }),
  }
  for (const [name, value] of Object.entries({ ...basics, ...parameters })) endpoint.searchParams.set(name, value)
  return endpoint
}

/** The client at which people log in where nobody says at which. */
async function firstClient({ control, name }: LoginAt): Promise<string> {
  const clients = await control.clients(name)
  const found = clients.find(({ redirect_uris: uris = [] }) => uris.length > 0)
  if (found !== undefined) return found.client_id
  const there = clients.length === 0 ? 'There is none' : `There are ${clients.map((each) => each.client_id).join(', ')}`
  const message = `Failed to log in at "${name}": no client has a redirect URI. ${there}; name one, with redirectUri.`
  throw new UnderstudyError('ERR_LOGIN_FAILED', 400, message)
}

async function redirectUriOf({ control, name }: LoginAt, id: string): Promise<string | undefined> {
  const client = await control.client(name, id).catch((error: unknown) => {
    // The provider's own page says it better, and an open issuer takes clients that nobody has declared.
    if (error instanceof UnderstudyError && error.code === 'ERR_CLIENT_UNKNOWN') return undefined
    throw error
  })
  return client?.redirect_uris?.[0]
}

/** Where a login begins, and what it asks for unless somebody says it. */
interface Beginning {
  endpoint: URL
  usualScope: string
}

/** As the discovery document says, or where there is none the server itself. */
async function beginningOf(at: LoginAt): Promise<Beginning> {
  const response = await fetch(`${at.url.replace(/\/+$/, '')}/.well-known/openid-configuration`)
  if (response.ok) {
    const { authorization_endpoint: endpoint } = (await response.json()) as { authorization_endpoint: string }
    return { endpoint: new URL(endpoint), usualScope: 'openid' }
  }
  const found = response.status === 404 ? await undocumentedBeginning(at) : undefined
  if (found !== undefined) return found
  const message = `Failed to log in: the discovery document of ${at.url} answered ${response.status}. Give login the whole URL of the authorization request.`
  throw new UnderstudyError('ERR_LOGIN_FAILED', 502, message)
}

async function undocumentedBeginning({ control, name, origin }: LoginAt): Promise<Beginning | undefined> {
  const issuer = (await control.issuers(origin)).find((each) => each.name === name)
  if (issuer?.authorization_endpoint === undefined) return undefined
  const scopes = await control.scopes(name)
  return { endpoint: new URL(issuer.authorization_endpoint), usualScope: scopes.map((each) => each.name).join(' ') }
}

/** Sixteen letters and digits, to tell logins of a test apart; not every runtime that this is for has more to offer. */
function random(): string {
  return Array.from({ length: 2 }, () => Math.random().toString(36).slice(2, 10).padEnd(8, '0')).join('')
}
