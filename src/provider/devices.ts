import type Provider from 'oidc-provider'
import { type User, userStates } from '../domain/user.ts'
import { UnderstudyError } from '../errors.ts'
import type { Stored } from './adapter.ts'
import { saveGrant } from './allowed-grant.ts'
import { askedClaims, claimNames } from './asked-claims.ts'
import { askedUser } from './asked-user.ts'
import { acrFor } from './authentication-context.ts'
import { grantedDetails } from './authorization-details/asked.ts'
import type { IssuerContext } from './context.ts'

type DeviceCode = InstanceType<Provider['DeviceCode']>

export type DeviceState = 'pending' | 'approved' | 'denied' | 'expired'

/** A device request that waits for a person. */
export interface PendingDevice {
  user_code: string
  client_id: string
  scope: string
  /** Seconds. */
  expires_in: number
}

/** Device requests, decided without a page. Codes are taken as a person would type them. */
export interface Devices {
  pending(): Promise<PendingDevice[]>
  /** @throws UnderstudyError `ERR_DEVICE_UNKNOWN`, `ERR_DEVICE_DECIDED` */
  onePending(userCode: string): Promise<PendingDevice>
  /** How a request stands, or undefined where there is none with this code. */
  state(userCode: string): Promise<{ state: DeviceState; clientId: string } | undefined>
  /**
   * @param username left out: whom the request asks for
   * @throws UnderstudyError `ERR_REQUEST_INVALID` where it asks for nobody, `ERR_USER_UNKNOWN`, `ERR_USER_STATE`
   */
  approve(userCode: string, username?: string): Promise<void>
  deny(userCode: string): Promise<void>
  expire(userCode: string): Promise<void>
}

export function createDevices(
  provider: Provider,
  issuer: Pick<IssuerContext, 'name' | 'bucket' | 'users' | 'settings'>,
): Devices {
  const { bucket, users, settings } = issuer

  async function find(userCode: string): Promise<DeviceCode | undefined> {
    return provider.DeviceCode.findByUserCode(normalize(userCode), { ignoreExpiration: true })
  }

  async function findPending(userCode: string, verb: string): Promise<DeviceCode> {
    const code = await find(userCode)
    const failed = `Failed to ${verb} "${userCode}"`
    if (code === undefined) {
      throw new UnderstudyError('ERR_DEVICE_UNKNOWN', 404, `${failed}: no device request has this user code.`)
    }
    const state = stateOf(code)
    if (state !== 'pending') {
      throw new UnderstudyError('ERR_DEVICE_DECIDED', 409, `${failed}: the request is ${state} already.`)
    }
    return code
  }

  async function pending(): Promise<PendingDevice[]> {
    const found: PendingDevice[] = []
    for (const id of await bucket.ids('DeviceCode')) {
      const payload = ((await bucket.get('DeviceCode', id))?.value as Stored | undefined)?.payload
      const code = payload?.userCode === undefined ? undefined : await find(payload.userCode)
      if (code === undefined || stateOf(code) !== 'pending') continue
      found.push(viewOf(code))
    }
    return found
  }

  async function onePending(userCode: string): Promise<PendingDevice> {
    return viewOf(await findPending(userCode, 'show'))
  }

  /** Whom the request itself asks for. */
  async function whoIsAsked(userCode: string, { clientId = '', params }: DeviceCode): Promise<User> {
    const user = askedUser(issuer, await provider.Client.find(clientId), params)
    if (user !== undefined) return user
    const message = 'is missing: expected the username of who approves, since the request asks for nobody here'
    const errors = [{ path: 'user', message }]
    throw new UnderstudyError('ERR_REQUEST_INVALID', 400, `Failed to approve "${userCode}": user ${message}.`, {
      errors,
    })
  }

  async function whoApproves(userCode: string, code: DeviceCode, username: string | undefined): Promise<User> {
    const user = username === undefined ? await whoIsAsked(userCode, code) : users.byName(username)
    const failed = `Failed to approve "${userCode}" as "${user?.username ?? username}"`
    if (user === undefined) throw new UnderstudyError('ERR_USER_UNKNOWN', 404, `${failed}: no such user.`)
    const { login: mayLogIn, message } = userStates[user.state]
    if (!mayLogIn) throw new UnderstudyError('ERR_USER_STATE', 409, `${failed}: ${message}`)
    return user
  }

  async function approve(userCode: string, username?: string): Promise<void> {
    const code = await findPending(userCode, 'approve')
    const user = await whoApproves(userCode, code, username)
    const scope = String(code.params?.scope ?? '')
    const resources = [code.params?.resource ?? []].flat().map(String)
    const clientId = code.clientId as string
    const claims = askedClaims(code.params)
    const grantId = await saveGrant(provider, {
      sub: user.sub,
      clientId,
      scope,
      resources,
      claims: claimNames(claims),
    })
    const authTime = Math.floor(Date.now() / 1000)
    const resource = resources.length > 1 ? resources : resources[0]
    const details = grantedDetails(code.params)
    const login = { authTime, amr: ['pwd'], acr: acrFor(settings, code.params) }
    Object.assign(code, { accountId: user.sub, grantId, scope, claims, ...login, resource, ...details })
    await code.save()
  }

  return {
    pending,
    onePending,
    async state(userCode) {
      const code = await find(userCode)
      return code && { state: stateOf(code), clientId: code.clientId ?? '' }
    },
    approve,
    async deny(userCode) {
      const code = await findPending(userCode, 'deny')
      Object.assign(code, { error: 'access_denied', errorDescription: 'The user refused the request.' })
      await code.save()
    },
    async expire(userCode) {
      const code = await findPending(userCode, 'expire')
      code.exp = Math.floor(Date.now() / 1000) - 1
      await code.save()
    },
  }
}

function viewOf(code: DeviceCode): PendingDevice {
  return {
    user_code: denormalize(code.userCode),
    client_id: code.clientId ?? '',
    scope: String(code.params?.scope ?? ''),
    expires_in: code.remainingTTL,
  }
}

function stateOf(code: DeviceCode): DeviceState {
  if (code.error !== undefined) return 'denied'
  if (code.accountId !== undefined) return 'approved'
  return code.isExpired ? 'expired' : 'pending'
}

/** The form in which user codes are stored. */
function normalize(userCode: string): string {
  return userCode.replace(/[^a-zA-Z0-9]/g, '').toUpperCase()
}

/** The form in which people read user codes. */
function denormalize(userCode: string): string {
  return userCode.length === 8 ? `${userCode.slice(0, 4)}-${userCode.slice(4)}` : userCode
}
