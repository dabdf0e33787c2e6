import { didYouMean } from '../errors.ts'
import type { StateEffect } from './fault.ts'

type Members<Effect extends StateEffect['effect']> = Record<
  Exclude<keyof Extract<StateEffect, { effect: Effect }>, 'effect'>,
  'string' | 'boolean'
>

/** What each effect must say beside its name. */
const effectMembers: { [Effect in StateEffect['effect']]: Members<Effect> } = {
  'rotate-keys': { keepOld: 'boolean' },
  'revoke-token': { token: 'string' },
  'revoke-grant': { id: 'string' },
  'end-sessions': { username: 'string' },
  'lock-user': { username: 'string' },
  'rotate-secret': { clientId: 'string' },
}

const effectNames = Object.keys(effectMembers)

/** Ten minutes: no client waits that long. */
const longestDelayMs = 600_000

/**
 * What the `effect` of somebody's own fault has returned, as one that can come true.
 *
 * @throws Error what was expected, where it is no effect, or lacks a member
 */
export function effectOf(returned: unknown): StateEffect | undefined {
  if (returned === undefined) return undefined
  const { effect, ...given } = Object(returned) as Record<string, unknown>
  if (typeof returned !== 'object' || typeof effect !== 'string' || !effectNames.includes(effect)) {
    const hint = typeof effect === 'string' ? didYouMean(effect, effectNames) : ''
    const what = typeof effect === 'string' ? `the effect "${effect}"` : shown(returned)
    const expected = `expected undefined, or { effect } with one of ${effectNames.join(', ')}`
    throw new Error(`it returns ${what}; ${expected}.${hint}`)
  }
  for (const [member, type] of Object.entries(effectMembers[effect as StateEffect['effect']])) {
    if (typeof given[member] === type) continue
    throw new Error(`its effect "${effect}" has ${member}: ${shown(given[member])}; expected a ${type}`)
  }
  return returned as StateEffect
}

/**
 * How long the `delayMs` of somebody's own fault has a request wait, in milliseconds; undefined: not at all.
 *
 * @throws Error where it is no number from 0 to 600,000
 */
export function delayOf(returned: unknown): number | undefined {
  if (returned === undefined) return undefined
  if (typeof returned === 'number' && returned >= 0 && returned <= longestDelayMs) return returned
  throw new Error(
    `it returns ${shown(returned)}; expected undefined, or a number of milliseconds from 0 to ${longestDelayMs}`,
  )
}

/** What was returned, by its kind alone where its inside could be a secret. */
function shown(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean')
    return `${value}`
  return typeof value === 'object' ? 'an object of another kind' : `a ${typeof value}`
}
