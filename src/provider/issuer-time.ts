import type { Clock } from '../domain/clock.ts'

/**
 * A time as the issuer's clock has it, in ISO 8601.
 *
 * @param seconds since the epoch, as the provider reads it back: older by what the clock was advanced since
 */
export function issuerTime(seconds: number | undefined, { advancedSeconds }: Clock): string {
  return new Date(((seconds ?? 0) + advancedSeconds) * 1000).toISOString()
}

/** Puts in order what began at such times, the newest last. */
export function bySince(one: { since: string }, other: { since: string }): number {
  return Date.parse(one.since) - Date.parse(other.since)
}
