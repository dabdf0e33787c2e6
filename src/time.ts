import * as z from 'zod'

const secondsPer = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 } as const

const durationPattern = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w|y))+$/

/**
 * Reads a duration: a number is seconds, a string is one or more amounts with units, such as `90s`, `10m`, `1h30m`, `31d`.
 *
 * @returns seconds, or undefined where the value is no duration
 */
export function parseDurationSeconds(value: number | string): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value)
  if (!durationPattern.test(value)) return undefined
  let seconds = 0
  for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w|y)/g)) {
    seconds += Number(amount) * secondsPer[unit as keyof typeof secondsPer]
  }
  return seconds
}

/**
 * Reads a distance in time that may go either way: as {@link parseDurationSeconds}, with `+` or `-` before it.
 *
 * @returns seconds, below zero for the past, or undefined where the value is none
 */
export function parseOffsetSeconds(value: number | string): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  const [, sign = '', amount = ''] = /^([+-]?)(.*)$/s.exec(value) ?? []
  const seconds = parseDurationSeconds(amount)
  return seconds === undefined ? undefined : sign === '-' ? 0 - seconds : seconds
}

/** What is wrong with what should have been an offset. */
export const offsetError = 'expected a number of seconds, or text such as -90s, 5m or +1h30m'

/** An offset as the admin API takes it; parsed to seconds. */
export const offsetSeconds = z
  .union(
    [
      z.number(),
      z.string().regex(/^[+-]?(?:\d+(?:\.\d+)?|(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w|y))+)$/, { error: offsetError }),
    ],
    { error: offsetError },
  )
  .transform((value) => parseOffsetSeconds(value) as number)

/** What is wrong with what should have been a duration. */
export const durationError = 'expected a duration: a number of seconds, or text such as 90s, 10m, 1h or 31d'

/** A duration as fixtures and the admin API take it; parsed to seconds. */
export const durationSeconds = z
  .union(
    [
      z.number().nonnegative({ error: durationError }),
      z.string().regex(/^(?:\d+(?:\.\d+)?|(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w|y))+)$/, { error: durationError }),
    ],
    { error: durationError },
  )
  .transform((value) => parseDurationSeconds(value) as number)
