import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { grantTypeAliases } from '../../domain/client.ts'
import type { Clock } from '../../domain/clock.ts'
import type { IssuerSettings } from '../../domain/issuer.ts'
import type { Bucket } from '../../store/store.ts'
import type { GrantHandler } from '../private.ts'

/** What a client polls with, and how often it may. */
interface Polled {
  /** As on the wire. */
  grantType: string
  /** The parameter that carries the code. */
  parameter: 'device_code' | 'auth_req_id'
  /** The collection in which paces are kept. */
  collection: 'DevicePace' | 'CibaPace'
  intervalSeconds: number
}

/** The grants of clients that poll while somebody decides elsewhere. */
export function pollGrants({ device, ciba }: Pick<IssuerSettings, 'device' | 'ciba'>): Polled[] {
  const { device_code: deviceGrant = '', ciba: cibaGrant = '' } = grantTypeAliases
  return [
    {
      grantType: deviceGrant,
      parameter: 'device_code',
      collection: 'DevicePace',
      intervalSeconds: device.interval,
    },
    { grantType: cibaGrant, parameter: 'auth_req_id', collection: 'CibaPace', intervalSeconds: ciba.interval },
  ]
}

/** How often a client has asked; kept beside its code. */
interface Pace {
  lastPollMs: number
  intervalSeconds: number
}

/**
 * Answers `slow_down` in place of `authorization_pending` to a client that polls faster than its interval, which then
 * grows by five seconds.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8628#section-3.5 RFC 8628 section 3.5}
 * @see {@link https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#token_error_response CIBA 11}
 */
export function pacePolls(handler: GrantHandler, polled: Polled, bucket: Bucket, clock: Clock): GrantHandler {
  return async function pacedPoll(ctx: KoaContextWithOIDC) {
    try {
      await handler(ctx)
    } catch (error) {
      if (!(error instanceof errors.AuthorizationPending)) throw error
      if (await isTooFast(String(ctx.oidc.params?.[polled.parameter]), polled, bucket, clock)) {
        throw new errors.SlowDown()
      }
      throw error
    }
  }
}

async function isTooFast(code: string, polled: Polled, bucket: Bucket, clock: Clock): Promise<boolean> {
  const { collection, intervalSeconds } = polled
  const nowMs = clock.nowMs()
  const pace = (await bucket.get(collection, code))?.value as Pace | undefined
  const fast = pace !== undefined && nowMs - pace.lastPollMs < pace.intervalSeconds * 1000
  const next: Pace = { lastPollMs: nowMs, intervalSeconds: (pace?.intervalSeconds ?? intervalSeconds) + (fast ? 5 : 0) }
  await bucket.put(collection, code, { value: next, expiresAtSeconds: Math.floor(Date.now() / 1000) + 3600 })
  return fast
}
