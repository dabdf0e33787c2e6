import type { ArmedFaultView } from '../control/faults.ts'

/** What an armed fault does, in a few words: `slow_down, pass when client=tv-app, 2 times`. */
export function describeArmed(armed: ArmedFaultView): string {
  const what = armed.fault ?? armed.script?.map(stepName).join(', ') ?? ''
  const when = Object.entries(armed.when).map(([name, value]) => `${name}=${word(value)}`)
  return when.length === 0 ? what : `${what} when ${when.join(' ')}`
}

/** How often an armed fault has fired, how often it may, and how many requests it holds. */
export function describeBudget({ fires, times, script, waiting = 0 }: ArmedFaultView): string {
  const held = waiting === 0 ? '' : `, ${waiting} waiting`
  if (script !== undefined) return `${fires}${held}`
  return (times === 'always' ? `${fires} of any` : `${fires} of ${times}`) + held
}

function stepName(step: unknown): string {
  if (typeof step === 'string') return step
  return String((step as { fault?: unknown } | null)?.fault)
}

function word(value: unknown): string {
  if (typeof value === 'string') return value
  return Array.isArray(value) ? value.join(',') : JSON.stringify(value)
}
