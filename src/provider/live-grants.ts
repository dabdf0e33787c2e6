import type Provider from 'oidc-provider'
import { didYouMean, UnderstudyError } from '../errors.ts'
import type { Bucket } from '../store/store.ts'
import { wireId } from './access-token.ts'
import { aged, grantModels, type Stored } from './adapter.ts'
import type { IssuerContext } from './context.ts'
import { bySince, issuerTime } from './issuer-time.ts'
import { knownUser } from './known-user.ts'

/** What a person has allowed a client, with what has come of it. */
export interface LiveGrant {
  id: string
  user: string
  client: string
  scopes: string[]
  /** ISO 8601, on the issuer's clock. */
  since: string
  expires: string
  /** How many are good for something. */
  tokens: Record<TokenKind, number>
}

/** Whose grants are meant; left out: everybody's. */
export interface GrantFilter {
  user?: string | undefined
  client?: string | undefined
}

/** What has been allowed, seen and taken back without a page. */
export interface Grants {
  /**
   * The newest last.
   *
   * @throws UnderstudyError `ERR_USER_UNKNOWN`, `ERR_CLIENT_UNKNOWN` (404)
   */
  list(filter?: GrantFilter): Promise<LiveGrant[]>
  /**
   * Takes one back, with all its codes and tokens.
   *
   * @throws UnderstudyError `ERR_GRANT_UNKNOWN` (404)
   */
  revoke(id: string): Promise<void>
  /** Takes one token back, by its value; nothing, where there is none. */
  revokeToken(token: string): Promise<void>
  /** @throws UnderstudyError `ERR_USER_UNKNOWN`, `ERR_CLIENT_UNKNOWN` (404) */
  revokeAll(filter?: GrantFilter): Promise<void>
}

type Grant = InstanceType<Provider['Grant']>

/** Tokens by what the models of a grant are called. */
const kinds = {
  AccessToken: 'access_token',
  RefreshToken: 'refresh_token',
  AuthorizationCode: 'authorization_code',
  DeviceCode: 'device_code',
  BackchannelAuthenticationRequest: 'auth_req_id',
} as const

type TokenKind = (typeof kinds)[keyof typeof kinds]

export function createGrants(provider: Provider, issuer: IssuerContext): Grants {
  const { bucket, clock, users } = issuer

  async function isLive(model: string, id: string): Promise<boolean> {
    const record = await bucket.get(model, id)
    if (record === undefined) return false
    const { exp = 0, consumed, expiresWithSession, sessionUid } = aged(record.value as Stored, clock)
    if (consumed !== undefined || exp <= Date.now() / 1000) return false
    return !expiresWithSession || (await provider.Session.findByUid(String(sessionUid))) !== undefined
  }

  async function count(model: string, grantId: string): Promise<number> {
    const ids = await bucket.idsBy(model, 'grantId', grantId)
    return (await Promise.all(ids.map((id) => isLive(model, id)))).filter(Boolean).length
  }

  async function describe(id: string, grant: Grant): Promise<LiveGrant> {
    const counted = Object.entries(kinds).map(async ([model, kind]) => [kind, await count(model, id)] as const)
    return {
      id,
      user: users.bySub(grant.accountId ?? '')?.username ?? grant.accountId ?? '',
      client: grant.clientId ?? '',
      scopes: scopesOf(grant),
      since: issuerTime(grant.iat, clock),
      expires: issuerTime(grant.exp, clock),
      tokens: Object.fromEntries(await Promise.all(counted)) as Record<TokenKind, number>,
    }
  }

  async function select({ user, client }: GrantFilter): Promise<Map<string, Grant>> {
    const found = new Map<string, Grant>()
    for (const id of await bucket.ids('Grant')) {
      const grant = await provider.Grant.find(id)
      if (grant !== undefined) found.set(id, grant)
    }
    const all = [...found]
    const sub = user === undefined ? undefined : knownUser(users, user, subsOf(all))
    if (client !== undefined) checkClient(client, all)
    return new Map(
      all.filter(
        ([, { accountId, clientId }]) => (sub ?? accountId) === accountId && (client ?? clientId) === clientId,
      ),
    )
  }

  function checkClient(client: string, grants: readonly [string, Grant][]): void {
    if (issuer.clients.has(client) || grants.some(([, { clientId }]) => clientId === client)) return
    const hint = didYouMean(client, issuer.clients.keys())
    const message = `Failed to find the grants of "${client}": no client has this id.${hint}`
    throw new UnderstudyError('ERR_CLIENT_UNKNOWN', 404, message)
  }

  return {
    async list(filter = {}) {
      const selected = [...(await select(filter))]
      return (await Promise.all(selected.map(([id, grant]) => describe(id, grant)))).sort(bySince)
    },
    async revoke(id) {
      if ((await provider.Grant.find(id)) === undefined) {
        const message = `Failed to revoke "${id}": there is no such grant. GET grants lists them.`
        throw new UnderstudyError('ERR_GRANT_UNKNOWN', 404, message)
      }
      await revokeGrant(bucket, id)
    },
    async revokeToken(token) {
      const id = wireId(token)?.id ?? token
      for (const model of ['AccessToken', 'ClientCredentials', 'RefreshToken']) await bucket.delete(model, id)
    },
    async revokeAll(filter = {}) {
      for (const id of (await select(filter)).keys()) await revokeGrant(bucket, id)
    },
  }
}

/** Takes a grant back, with all its codes and tokens. */
export async function revokeGrant(bucket: Bucket, grantId: string): Promise<void> {
  for (const model of grantModels) {
    for (const id of await bucket.idsBy(model, 'grantId', grantId)) await bucket.delete(model, id)
  }
  await bucket.delete('Grant', grantId)
}

function subsOf(grants: readonly [string, Grant][]): string[] {
  return grants.flatMap(([, { accountId }]) => accountId ?? [])
}

/** Every scope that was allowed, of the issuer itself and of resources. */
function scopesOf(grant: Grant): string[] {
  const { resources = {} } = grant as { resources?: Record<string, string> }
  const allowed = [grant.getOIDCScope(), ...Object.keys(resources).map((each) => grant.getResourceScope(each))]
  return [...new Set(allowed.flatMap((scope) => scope.split(' ')).filter(Boolean))]
}
