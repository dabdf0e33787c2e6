import type { JWK } from 'jose'
import type { Client } from '../../domain/client.ts'
import type { FaultStep } from '../../domain/issuer.ts'
import type { User } from '../../domain/user.ts'
import { didYouMean, UnderstudyError } from '../../errors.ts'
import { readMutations } from '../../faults/by-hand.ts'
import type { IssuerContext } from '../context.ts'
import { signingAlgorithms, signingKey, signingKeyCount } from '../keys.ts'
import { namesOf } from '../known-user.ts'
import type { Mutation } from '../token-faults.ts'

export const mintedTypes = ['access_token', 'id_token', 'refresh_token', 'logout_token'] as const

export type MintedType = (typeof mintedTypes)[number]

/** A token that somebody asks for by hand. */
export interface TokenOrder {
  type: MintedType
  client: string
  /** A username. */
  user?: string | undefined
  scope?: readonly string[] | undefined
  audience?: readonly string[] | undefined
  claims?: Readonly<Record<string, unknown>> | undefined
  /** In seconds; below zero: it has expired. */
  expiresInSeconds?: number | undefined
  /** The id of one of the issuer's keys, or an algorithm. */
  key?: string | undefined
  faults?: readonly FaultStep[] | undefined
  /** The issuer, for a client to whom no other name of it is known. */
  issuer?: string | undefined
}

/** An order that can be carried out. */
export interface CheckedOrder {
  type: MintedType
  client: Client
  user: User | undefined
  scope: readonly string[]
  claims: Record<string, unknown>
  expiresInSeconds: number | undefined
  key: { jwk: JWK; alg: string } | undefined
  mutations: readonly Mutation[]
  issuer: string
}

/**
 * Checks a token that is ordered against what the issuer knows.
 *
 * @throws UnderstudyError `ERR_CLIENT_UNKNOWN`, `ERR_USER_UNKNOWN`, `ERR_SCOPE_UNKNOWN`, `ERR_KEY_UNKNOWN`,
 *   `ERR_FAULT_UNKNOWN` (404), `ERR_FAULT_INVALID` (400), `ERR_TOKEN_INVALID` (400) where no such token can be
 */
export function checkOrder(order: TokenOrder, issuer: IssuerContext): CheckedOrder {
  const { type, expiresInSeconds, faults = [], audience = [] } = order
  const client = knownClient(order, issuer)
  const user = order.user === undefined ? undefined : knownUser(order.user, type, issuer)
  const scope = order.scope ?? (user === undefined ? [] : ['openid'])
  for (const name of scope) checkScope(name, type, issuer)
  const why = contradiction(order, client, issuer)
  if (why !== undefined) throw new UnderstudyError('ERR_TOKEN_INVALID', 400, `${failed(type)}: ${why}`)
  return {
    type,
    client,
    user,
    scope,
    claims: { ...audienceClaim(audience), ...order.claims },
    expiresInSeconds,
    key: order.key === undefined ? undefined : knownKey(order.key, type, issuer),
    mutations:
      type === 'refresh_token' ? [] : readMutations(faults, type, signingKeyCount(issuer.keys), issuer.knownFaults),
    issuer: issuer.nameFor(client.client_id) ?? order.issuer ?? issuer.naming.issuerFor(undefined),
  }
}

/** Why there can be no such token, in a sentence with a way out. */
function contradiction(order: TokenOrder, client: Client, { settings }: IssuerContext): string | undefined {
  const { type, user, claims = {}, audience = [], key, faults = [], expiresInSeconds: lifetime } = order
  if ('jti' in claims && type === 'access_token') {
    return 'jti cannot be chosen: it is the handle by which the token is found again. Leave it out.'
  }
  if (user === undefined && (type === 'id_token' || type === 'refresh_token')) {
    return 'it is always about somebody. Name a user.'
  }
  if (user === undefined && type === 'logout_token' && claims.sid === undefined && claims.sub === undefined) {
    return 'it says who has logged out, or of which session. Name a user, or give the claim sid.'
  }
  if (lifetime !== undefined && !(Math.abs(lifetime) <= longestSeconds)) return 'expires_in is too far from now.'
  const wants = [
    audience.length > 0 && 'audience',
    Object.keys(claims).length > 0 && 'claims',
    key !== undefined && 'key',
    faults.length > 0 && 'faults',
  ].filter((want) => want !== false)
  if (type === 'refresh_token') {
    if (wants.length > 0) return `it is opaque, so it takes no ${wants.join(', ')}.`
    if (client.grant_types.includes('refresh_token')) return undefined
    return `"${client.client_id}" may not refresh. Give it the grant type refresh_token.`
  }
  const { format } = { ...settings.access_token, ...client.access_token }
  const signedOnly = wants.filter((want) => want === 'key' || want === 'faults')
  if (type !== 'access_token' || format !== 'opaque' || signedOnly.length === 0) return undefined
  return `access tokens of "${client.client_id}" are opaque, so there is no signature for ${signedOnly.join(', ')}. Give it access_token: {format: jwt}.`
}

/** A hundred years. */
const longestSeconds = 3_153_600_000

function audienceClaim(audience: readonly string[]): Record<string, unknown> {
  if (audience.length === 0) return {}
  return { aud: audience.length === 1 ? audience[0] : audience }
}

function knownClient({ client: id, type }: TokenOrder, { clients }: IssuerContext): Client {
  const client = clients.get(id)
  if (client !== undefined) return client
  const message = `${failed(type)}: there is no client "${id}".${didYouMean(id, clients.keys())}`
  throw new UnderstudyError('ERR_CLIENT_UNKNOWN', 404, message)
}

function knownUser(username: string, type: MintedType, { users }: IssuerContext): User {
  const user = users.byName(username)
  if (user !== undefined) return user
  const message = `${failed(type)}: there is no user "${username}".${didYouMean(username, namesOf(users))}`
  throw new UnderstudyError('ERR_USER_UNKNOWN', 404, message)
}

function checkScope(name: string, type: MintedType, issuer: IssuerContext): void {
  const scopes = Object.keys(issuer.scopes)
  if (scopes.includes(name)) return
  const way = didYouMean(name, scopes) || ` There are: ${scopes.join(', ')}.`
  throw new UnderstudyError('ERR_SCOPE_UNKNOWN', 404, `${failed(type)}: there is no scope "${name}".${way}`)
}

function knownKey(wanted: string, type: MintedType, { keys }: IssuerContext): { jwk: JWK; alg: string } {
  const byId = keys.keys.find(({ kid }) => kid === wanted)
  const alg = byId === undefined ? wanted : (byId.alg ?? signingAlgorithms({ keys: [byId] })[0])
  const jwk = byId ?? signingKey(keys, wanted)
  if (jwk !== undefined && alg !== undefined) return { jwk, alg }
  const known = [...signingAlgorithms(keys), ...keys.keys.map(({ kid }) => kid ?? '')]
  const way = didYouMean(wanted, known) || ` There are: ${known.join(', ')}.`
  throw new UnderstudyError('ERR_KEY_UNKNOWN', 404, `${failed(type)}: the issuer has no key "${wanted}".${way}`)
}

/** How a message begins that tells why a token cannot be made. */
export function failed(type: MintedType): string {
  return `Failed to mint a token of type ${type}`
}
