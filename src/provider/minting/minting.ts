import type Provider from 'oidc-provider'
import { UnderstudyError } from '../../errors.ts'
import { addressed } from '../addressee.ts'
import type { IssuerContext } from '../context.ts'
import { missingKeyOf } from '../encryption.ts'
import { createTokenFaults, readJwt } from '../token-faults.ts'
import { wish } from '../wishes.ts'
import { clientOf, type ModelClient } from './models.ts'
import { type CheckedOrder, checkOrder, failed, type MintedType, type TokenOrder } from './order.ts'
import { signIdToken, signLogoutToken } from './signed.ts'

export { type MintedType, mintedTypes, type TokenOrder } from './order.ts'

/** A token that was made by hand. */
export interface Minted {
  type: MintedType
  token: string
  scope: readonly string[]
  /** In seconds; below zero: it has expired. */
  expiresInSeconds: number
  /** What it says; undefined where it is no JWT that can be read. */
  decoded?: { header: Readonly<Record<string, unknown>>; claims: Readonly<Record<string, unknown>> }
}

/** Tokens made by hand: without a flow, and as good as those that come of one. */
export interface Minting {
  /** @throws UnderstudyError as `checkOrder` says */
  mint(order: TokenOrder): Promise<Minted>
}

/** A token of the provider's that it stores. */
interface StoredToken {
  iat?: number
  exp?: number
  /** How long it lives where nobody says so. */
  expiration: number
  save(): Promise<string>
}

export function createMinting(provider: Provider, issuer: IssuerContext): Minting {
  const faults = createTokenFaults(issuer)

  /** What was granted, as if the user had consented; it outlives the token. */
  async function grantFor({ user, scope, expiresInSeconds = 0 }: CheckedOrder, client: ModelClient): Promise<string> {
    const grant = new provider.Grant({ accountId: user?.sub as string, clientId: client.clientId })
    grant.addOIDCScope(scope.join(' '))
    const usualSeconds = (grant as unknown as StoredToken).expiration
    Object.assign(grant, { expiresIn: Math.max(usualSeconds, Math.ceil(expiresInSeconds)) })
    return grant.save()
  }

  async function storedToken(order: CheckedOrder, client: ModelClient): Promise<StoredToken> {
    const { type, user, scope } = order
    const base = { client, scope: scope.join(' ') || undefined }
    if (user === undefined) return new provider.ClientCredentials(base as never) as unknown as StoredToken
    const grantId = await grantFor(order, client)
    const ofUser = { ...base, accountId: user.sub, grantId, gty: 'authorization_code' }
    if (type === 'access_token') return new provider.AccessToken(ofUser as never) as unknown as StoredToken
    const login = { authTime: nowSeconds(), amr: ['pwd'], rotations: 0 }
    return new provider.RefreshToken({ ...ofUser, ...login } as never) as unknown as StoredToken
  }

  async function store(order: CheckedOrder): Promise<{ token: string; expiresInSeconds: number }> {
    const client = await clientOf(provider, order.client.client_id)
    const token = await storedToken(order, client)
    const { iat, exp } = timesOf(order, token.expiration)
    Object.assign(token, { iat, exp })
    wish(token, order)
    return { token: await token.save(), expiresInSeconds: exp - nowSeconds() }
  }

  async function sign(order: CheckedOrder, idToken: boolean): Promise<{ token: string; expiresInSeconds: number }> {
    const client = await clientOf(provider, order.client.client_id)
    const signer = idToken ? signIdToken : signLogoutToken
    try {
      return await signer({ order, client, provider, issuer, faults, timesOf })
    } catch (error) {
      const why = missingKeyOf(error)
      if (why === undefined) throw error
      const message = `${failed(order.type)}: it is to be encrypted for "${client.clientId}", and there is no key for that: ${why}.`
      throw new UnderstudyError('ERR_TOKEN_INVALID', 400, message)
    }
  }

  async function mint(ordered: TokenOrder): Promise<Minted> {
    const order = checkOrder(ordered, issuer)
    const { type, scope } = order
    const isStored = type === 'access_token' || type === 'refresh_token'
    const made = await addressed(order.issuer, () => (isStored ? store(order) : sign(order, type === 'id_token')))
    return { type, scope, ...made, ...decode(made.token) }
  }

  return { mint }
}

/** From when to when a token is good: one that has expired was good for as long as others are. */
export function timesOf({ expiresInSeconds }: CheckedOrder, usualSeconds: number): { iat: number; exp: number } {
  const now = nowSeconds()
  const exp = now + Math.ceil(expiresInSeconds ?? usualSeconds)
  return { iat: exp > now ? now : exp - usualSeconds, exp }
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

function decode(token: string): Pick<Minted, 'decoded'> {
  try {
    const { header, payload: claims } = readJwt(token)
    return { decoded: { header, claims } }
  } catch {
    // Opaque, or malformed as was asked for.
    return {}
  }
}
