import type Provider from 'oidc-provider'
import { type User, userStates } from '../../domain/user.ts'
import { UnderstudyError } from '../../errors.ts'
import { saveGrant } from '../allowed-grant.ts'
import { askedClaims, claimNames } from '../asked-claims.ts'
import { acrFor } from '../authentication-context.ts'
import { grantedDetails } from '../authorization-details/asked.ts'
import type { IssuerContext } from '../context.ts'
import { type PersonAtBrowser, personAtBrowser } from './person.ts'

type Request = InstanceType<Provider['BackchannelAuthenticationRequest']>

export type CibaState = 'pending' | 'approved' | 'denied' | 'expired'

/** A backchannel authentication request that waits for its user. */
export interface PendingCiba {
  auth_req_id: string
  client_id: string
  /** The username of who is asked. */
  user: string
  scope: string
  /** What the client shows too, so that the person knows that both mean the same. */
  binding_message?: string
  /** Seconds. */
  expires_in: number
}

/** Backchannel authentication requests, decided in the place of the device that each user would do it with. */
export interface CibaRequests {
  /** The oldest first. */
  pending(): Promise<PendingCiba[]>
  approve(authReqId: string): Promise<void>
  deny(authReqId: string): Promise<void>
  expire(authReqId: string): Promise<void>
  /** Who is signed in in a browser, by the value of its session cookie. */
  personAt(sessionId: string | undefined): Promise<PersonAtBrowser | undefined>
}

export function createCibaRequests(provider: Provider, issuer: IssuerContext): CibaRequests {
  giveTypeableIds(provider)
  const { bucket, users } = issuer

  async function find(id: string): Promise<Request | undefined> {
    return provider.BackchannelAuthenticationRequest.find(id, { ignoreExpiration: true })
  }

  async function findPending(id: string, verb: string): Promise<Request> {
    const request = await find(id)
    const failed = `Failed to ${verb} "${id}"`
    if (request === undefined) {
      throw new UnderstudyError('ERR_CIBA_UNKNOWN', 404, `${failed}: no backchannel request has this auth_req_id.`)
    }
    const state = stateOf(request)
    if (state === 'pending') return request
    throw new UnderstudyError('ERR_CIBA_DECIDED', 409, `${failed}: the request is ${state} already.`)
  }

  return {
    async pending() {
      const found: Request[] = []
      for (const id of await bucket.ids('BackchannelAuthenticationRequest')) {
        const request = await find(id)
        if (request !== undefined && stateOf(request) === 'pending') found.push(request)
      }
      return found.sort((one, other) => (one.iat ?? 0) - (other.iat ?? 0)).map((request) => describe(request, issuer))
    },
    async approve(id) {
      const request = await findPending(id, 'approve')
      const user = users.bySub(request.accountId ?? '')
      const failed = `Failed to approve "${id}"`
      if (user === undefined) {
        throw new UnderstudyError('ERR_USER_UNKNOWN', 404, `${failed}: its user is not there any more.`)
      }
      const { login, message } = userStates[user.state]
      if (!login) throw new UnderstudyError('ERR_USER_STATE', 409, `${failed}: ${message}`)
      await approveRequest(provider, issuer, request, user)
    },
    async deny(id) {
      const request = await findPending(id, 'deny')
      Object.assign(request, { error: 'access_denied', errorDescription: 'The user refused the request.' })
      await request.save()
    },
    async expire(id) {
      const request = await findPending(id, 'expire')
      request.exp = nowSeconds() - 1
      await request.save()
    },
    personAt: (sessionId) => personAtBrowser(provider, issuer, sessionId),
  }
}

/** Has the ids of requests begin with a letter or a digit: a command line takes what begins with a dash for an option. */
function giveTypeableIds(provider: Provider): void {
  const { prototype } = provider.BackchannelAuthenticationRequest as unknown as {
    prototype: { generateTokenId(): string }
  }
  const { generateTokenId } = prototype
  prototype.generateTokenId = function generateTypeableId() {
    return generateTokenId.call(this).replace(/^[-_]/, 'x')
  }
}

/** Approves a request whose user is known, and may log in. */
export async function approveRequest(
  provider: Provider,
  issuer: IssuerContext,
  request: Request,
  { sub }: Pick<User, 'sub'>,
): Promise<void> {
  const { clientId = '', scope = '', resource, params } = request
  const resources = [resource ?? []].flat()
  const claims = claimNames(askedClaims(params))
  const grantId = await saveGrant(provider, { sub, clientId, scope, resources, claims })
  const acr = acrFor(issuer.settings, params)
  Object.assign(request, { grantId, acr, amr: ['pwd'], authTime: nowSeconds(), ...grantedDetails(params) })
  await request.save()
}

function stateOf(request: Request): CibaState {
  if (request.error !== undefined) return 'denied'
  if (request.grantId !== undefined) return 'approved'
  return request.isExpired ? 'expired' : 'pending'
}

function describe(request: Request, { users }: IssuerContext): PendingCiba {
  const { jti, clientId = '', accountId = '', scope = '', params, remainingTTL } = request
  const message = params?.binding_message
  return {
    auth_req_id: jti,
    client_id: clientId,
    user: users.bySub(accountId)?.username ?? accountId,
    scope,
    ...(typeof message === 'string' && { binding_message: message }),
    expires_in: remainingTTL,
  }
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
