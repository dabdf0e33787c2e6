import { decodeJwt, decodeProtectedHeader, type JWK } from 'jose'
import Provider from 'oidc-provider'
import { noRequest } from '../domain/no-request.ts'
import type { FiredToken } from '../faults/fired.ts'
import type { Jwt, MutatedJwt, TokenFacts, TokenType } from '../faults/jwt.ts'
import { readClaims } from './access-token.ts'
import { addressedIssuer } from './addressee.ts'
import type { IssuerContext } from './context.ts'
import { currentExchange } from './current-exchange.ts'
import { isThrownAway } from './grants/thrown-away.ts'
import { type SigningKeys, signingAlgorithms, signingKey } from './keys.ts'
import { signMutated } from './mutated.ts'

/** What a fault makes of a token. */
export type Mutation = Pick<FiredToken, 'patch'>

/** A token that is about to be signed, and whom for. */
export interface Signee {
  token: TokenType
  /** The client id. */
  client: string
  /** The username. */
  user: string | undefined
  scope: string | undefined
}

/** The one place where faults meet the tokens that an issuer signs. */
export interface TokenFaults {
  /** The faults that are due for a token; undefined, at once, where there is nothing to ask for. */
  due(signee: Signee): Promise<Mutation[]> | undefined
  /** Remembers a logout token that was signed as usual, for the next one to replay; hands on what it is given. */
  remember(signee: Signee, jwt: string): string
  /** Signs a token as the faults that change it, one after another, will have it. */
  sign(jwt: Jwt, signee: Signee, how: { mutations: readonly Mutation[]; key?: JWK | undefined }): Promise<string>
}

export function createTokenFaults(issuer: IssuerContext): TokenFaults {
  /** By client. */
  const logoutIds = new Map<string, string>()

  function due({ token, client, user, scope }: Signee): ReturnType<TokenFaults['due']> {
    if (isThrownAway(Provider.ctx, token)) return undefined
    const exchange = currentExchange() ?? (token === 'logout_token' ? noRequest('end_session') : undefined)
    return exchange && issuer.tokenFaults(exchange, token, { client, user, scope: scope?.split(' ') })
  }

  const sign: TokenFaults['sign'] = async function sign(jwt, { token, client }, { mutations, key }) {
    const facts = factsOf(issuer, token, client, logoutIds.get(client))
    let mutated: MutatedJwt = jwt
    for (const { patch } of mutations) mutated = { ...mutated, ...patch(mutated, facts) }
    const { jti } = jwt.payload
    // An access token's record is found by it, whatever else is wrong.
    const payload = token === 'access_token' ? { ...mutated.payload, jti } : mutated.payload
    const keys = key === undefined ? issuer.keys : { keys: [key, ...issuer.keys.keys] }
    const secret = issuer.clients.get(client)?.client_secret
    return signMutated({ ...mutated, payload }, { keys, secret })
  }

  function remember({ token, client }: Signee, jwt: string): string {
    const jti = token === 'logout_token' ? readClaims(jwt)?.jti : undefined
    if (jti !== undefined) logoutIds.set(client, jti)
    return jwt
  }

  return { due, sign, remember }
}

function factsOf(issuer: IssuerContext, token: TokenType, client: string, previousJti: string | undefined): TokenFacts {
  const { settings, clients, keys, clock, naming, nameFor } = issuer
  const named = addressedIssuer() ?? naming.issuerFor(Provider.ctx?.req, nameFor(client))
  const { audience } = { ...settings.access_token, ...clients.get(client)?.access_token }
  const [asked] = currentExchange()?.audiences ?? []
  return {
    token,
    nowSeconds: Math.floor(Date.now() / 1000) + clock.skewSeconds,
    issuer: named,
    client,
    audience: asked ?? audience ?? named,
    previousJti,
    keys: idsByAlgorithm(keys),
  }
}

function idsByAlgorithm(keys: SigningKeys): TokenFacts['keys'] {
  return signingAlgorithms(keys).map((alg) => ({ alg, kid: signingKey(keys, alg)?.kid ?? '' }))
}

/** What a signed JWT says. */
export function readJwt(jwt: string): Jwt {
  return { header: { ...decodeProtectedHeader(jwt) }, payload: { ...decodeJwt(jwt) } }
}
