import { randomUUID } from 'node:crypto'
import type Provider from 'oidc-provider'
import type { User } from '../../domain/user.ts'
import { claimsOf } from '../accounts.ts'
import type { IssuerContext } from '../context.ts'
import { encryptFor } from '../encryption.ts'
import { subjectFor } from '../jose.ts'
import { signingKey } from '../keys.ts'
import { skewTimes } from '../skew.ts'
import type { TokenFaults } from '../token-faults.ts'
import type { ModelClient } from './models.ts'
import type { CheckedOrder } from './order.ts'

/** What a token is made of that is signed and never stored. */
interface Making {
  order: CheckedOrder
  client: ModelClient
  provider: Provider
  issuer: IssuerContext
  faults: TokenFaults
  timesOf(order: CheckedOrder, usualSeconds: number): { iat: number; exp: number }
}

interface SignedToken {
  token: string
  expiresInSeconds: number
}

type Claims = Record<string, unknown>

interface IdTokenModel {
  new (available: Claims, options: { client: ModelClient; ctx: undefined }): IdTokenInstance
  expiresIn(ctx: undefined, token: undefined, client: ModelClient): number
}

interface IdTokenInstance {
  scope: string
  use: string
  payload(): Promise<Claims>
}

/** An ID token as the token endpoint would give it, but for what binds it to a request. */
export async function signIdToken(making: Making): Promise<SignedToken> {
  const { order, client, provider, issuer } = making
  const Model = provider.IdToken as unknown as IdTokenModel
  const user = order.user as User
  const context = { scope: [...order.scope], client: client.clientId }
  const available = { ...(await claimsOf(user, issuer.hooks, context)), sub: user.sub }
  const idToken = Object.assign(new Model(available, { client, ctx: undefined }), { use: 'idtoken' })
  idToken.scope = order.scope.join(' ')
  const claims = await idToken.payload()
  return sign(
    making,
    { header: {}, claims: { ...claims, sub: subjectFor(issuer.name, client, user.sub) } },
    Model.expiresIn(undefined, undefined, client),
  )
}

/** How long a logout token is good; the specification advises two minutes at most. */
const logoutSeconds = 120

/** @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken Back-Channel Logout 2.4} */
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

/** A logout token, for whoever wants to deliver one. */
export async function signLogoutToken(making: Making): Promise<SignedToken> {
  const { order, client, issuer } = making
  const about = order.user === undefined ? {} : { sub: subjectFor(issuer.name, client, order.user.sub) }
  const claims = { ...about, jti: randomUUID(), events: { [logoutEvent]: {} } }
  return sign(making, { header: { typ: 'logout+jwt' }, claims }, logoutSeconds)
}

async function sign(
  { order, client, issuer, faults, timesOf }: Making,
  { header, claims }: { header: Claims; claims: Claims },
  usualSeconds: number,
): Promise<SignedToken> {
  const { type, key, mutations, user } = order
  const { iat, exp } = timesOf(order, usualSeconds)
  const alg = key?.alg ?? client.idTokenSignedResponseAlg
  const kid = (key?.jwk ?? signingKey(issuer.keys, alg))?.kid
  const usual = { ...claims, iss: order.issuer, aud: client.clientId, iat, exp }
  const payload = { ...skewTimes(usual, issuer.clock.skewSeconds), ...order.claims }
  const signee = {
    token: type as 'id_token' | 'logout_token',
    client: client.clientId,
    user: user?.username,
    scope: undefined,
  }
  const signed = await faults.sign({ header: { alg, ...header, kid }, payload }, signee, { mutations, key: key?.jwk })
  const token = await encryptFor(client, 'idtoken', signed, order.issuer)
  return { token, expiresInSeconds: exp - Math.floor(Date.now() / 1000) }
}
