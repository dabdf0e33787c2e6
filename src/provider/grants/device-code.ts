import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { grantTypeAliases } from '../../domain/client.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Bucket } from '../../store/store.ts'
import type { GrantHandler } from '../private.ts'

/** How often a device has asked; kept beside its code. */
interface Pace {
  lastPollMs: number
  intervalSeconds: number
}

const collection = 'DevicePace'

export const deviceCodeGrant = grantTypeAliases.device_code as string

/**
 * Answers `slow_down` in place of `authorization_pending` to a device that polls faster than its interval, which then
 * grows by five seconds.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8628#section-3.5 RFC 8628 section 3.5}
 */
export function paceDevices(
  handler: GrantHandler,
  bucket: Bucket,
  clock: Clock,
  intervalSeconds: number,
): GrantHandler {
  return async function pacedDeviceCode(ctx: KoaContextWithOIDC) {
    try {
      await handler(ctx)
    } catch (error) {
      if (!(error instanceof errors.AuthorizationPending)) throw error
      if (await tooFast(String(ctx.oidc.params?.device_code), bucket, clock, intervalSeconds)) {
        throw new errors.SlowDown()
      }
      throw error
    }
  }
}

async function tooFast(code: string, bucket: Bucket, clock: Clock, intervalSeconds: number): Promise<boolean> {
  const nowMs = clock.nowMs()
  const pace = (await bucket.get(collection, code))?.value as Pace | undefined
  const fast = pace !== undefined && nowMs - pace.lastPollMs < pace.intervalSeconds * 1000
  const next: Pace = { lastPollMs: nowMs, intervalSeconds: (pace?.intervalSeconds ?? intervalSeconds) + (fast ? 5 : 0) }
  await bucket.put(collection, code, { value: next, expiresAtSeconds: Math.floor(Date.now() / 1000) + 3600 })
  return fast
}
