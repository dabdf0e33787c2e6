import { hash } from 'node:crypto'
import { decodeJwt, type JWTPayload } from 'jose'
import type Provider from 'oidc-provider'
import type { AccessToken, AdapterPayload, ClientCredentials, KoaContextWithOIDC } from 'oidc-provider'
import { currentExchange } from './current-exchange.ts'
import { takeStructuredTokens } from './private-stacks.ts'

type Token = AccessToken | ClientCredentials

/** Makes the JWT that a token wears which is being saved; none leaves it opaque. */
export type Tailor = (payload: AdapterPayload, token: object) => Promise<string | undefined>

/** What goes over the wire, and what is stored. */
interface TokenForm {
  value: string
  payload: AdapterPayload
}

interface TokenModel {
  prototype: { getValueAndPayload(this: Token): Promise<TokenForm> }
}

/**
 * Makes access tokens wear JWTs: each is a stored opaque token whose id is the `jti`, so hashes, revocation, narrowing
 * and the clock follow. The record remembers the digest of its JWT, which takes the place of a signature check when it
 * comes back.
 */
export function dressTokens(provider: Provider, tailor: Tailor): void {
  for (const Model of [provider.AccessToken, provider.ClientCredentials] as unknown as TokenModel[]) {
    const undressed = Model.prototype.getValueAndPayload
    Model.prototype.getValueAndPayload = async function getValueAndPayload() {
      const dressed = await putOn(await undressed.call(this), this)
      const exchange = currentExchange()
      if (exchange !== undefined) exchange.handedOut = dressed.value
      return dressed
    }
  }

  async function putOn(opaque: TokenForm, token: Token): Promise<TokenForm> {
    const value = await tailor(opaque.payload, token)
    return value === undefined ? opaque : { value, payload: { ...opaque.payload, dress: digest(value) } }
  }
}

/** Whether a value has the three parts of a signed JWT. */
export function looksLikeJwt(value: string): boolean {
  const first = value.indexOf('.')
  return first > 0 && value.indexOf('.', first + 1) > first
}

/**
 * Refuses JWTs that were signed by keys which are gone, as one who checks signatures would.
 *
 * @param dropped key ids; none: nothing is looked at
 */
export function refuseDroppedKeys(provider: Provider, dropped: readonly string[] = []): void {
  if (dropped.length === 0) return
  const gone = new Set(dropped)
  for (const Model of [provider.AccessToken, provider.ClientCredentials] as unknown as FindingModel[]) {
    const find = Model.find
    Model.find = async function findOfKeptKey(value, options) {
      const kid = typeof value === 'string' ? keyIdOf(value) : undefined
      return kid !== undefined && gone.has(kid) ? undefined : find.call(this, value, options)
    }
  }
}

interface FindingModel {
  find(value: unknown, options?: object): Promise<unknown>
}

/** The id of the key that signed a JWT, or the one that a stand-in stands for; undefined for opaque tokens. */
function keyIdOf(value: string): string | undefined {
  const isStandIn = value.startsWith(undressedPrefix)
  if (!isStandIn && !looksLikeJwt(value)) return undefined
  const header = isStandIn ? value.split(':', 4)[3] : value.slice(0, value.indexOf('.'))
  try {
    return (JSON.parse(Buffer.from(header ?? '', 'base64url').toString()) as { kid?: string } | null)?.kid
  } catch {
    return undefined
  }
}

/**
 * The id under which a token's record stands, and the digest that the record must have: of the JWT, or none.
 *
 * @returns undefined for a JWT that cannot be one of ours
 */
export function wireId(value: string): { id: string; dress: string | undefined } | undefined {
  if (value.startsWith(undressedPrefix)) {
    const [, dress = '', id = ''] = value.split(':', 3)
    return { id, dress }
  }
  if (!looksLikeJwt(value)) return { id: value, dress: undefined }
  const id = readClaims(value)?.jti
  return id === undefined ? undefined : { id, dress: digest(value) }
}

/** Marks a value that stands for a JWT where the provider refuses structured tokens; no token on the wire has it. */
const undressedPrefix = 'undressed:'

/**
 * A stand-in for a JWT at endpoints where the provider looks no further than its form: still found by {@link wireId}.
 */
function undressed(jwt: string): string {
  const header = jwt.slice(0, jwt.indexOf('.'))
  return `${undressedPrefix}${digest(jwt)}:${readClaims(jwt)?.jti ?? ''}:${header}`
}

/** Has the provider find no token in a request, so that it says of whatever is presented what it says of strangers. */
export function hideToken(ctx: { state: Record<string, unknown> }): void {
  ctx.state.hidesToken = true
}

/**
 * Puts the stand-in of a JWT access token in its place among the parameters, where the provider would refuse
 * structured tokens; what it found is told by `ctx.state.dressedToken`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7662#section-2.1 RFC 7662 section 2.1}
 */
async function takeDressedTokens(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  const { params } = ctx.oidc
  const token = ctx.state.hidesToken ? undefined : params?.token
  if (params !== undefined && ctx.state.hidesToken) params.token = 'hidden'
  if (params !== undefined && typeof token === 'string' && looksLikeJwt(token)) {
    ctx.state.dressedToken = token
    params.token = undressed(token)
  }
  await next()
}

takeStructuredTokens(takeDressedTokens)

/** The claims of a JWT, unverified; undefined where it is none. */
export function readClaims(jwt: string): JWTPayload | undefined {
  try {
    return decodeJwt(jwt)
  } catch {
    return undefined
  }
}

function digest(jwt: string): string {
  return hash('sha256', jwt, 'base64url')
}
