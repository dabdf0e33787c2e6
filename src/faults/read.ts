import { plainly } from '../domain/schema-words.ts'
import { type ErrorDetail, ended, formatPath, joinErrors, UnderstudyError } from '../errors.ts'
import type { KnownFaults } from './catalog.ts'
import type { Mistake } from './fault.ts'
import { type Plan, plainPath, planOf } from './plan.ts'
import { type ArmedFaultSpec, armedFaultSchema, passStep, unknownFaultText } from './spec.ts'

/**
 * Reads an armed fault as people write it.
 *
 * @throws UnderstudyError `ERR_FAULT_UNKNOWN` (404) for a name that no fault has, `ERR_FAULT_INVALID` (400) for every other
 * mistake; `details.errors` lists them all with their paths
 */
export function readArmedFault(written: unknown, known: KnownFaults): { spec: ArmedFaultSpec; plan: Plan } {
  const unknown = namesOf(written).find((name) => name !== passStep && !known.find(name))
  if (unknown !== undefined) {
    throw new UnderstudyError(
      'ERR_FAULT_UNKNOWN',
      404,
      `Failed to arm "${unknown}": ${unknownFaultText(unknown, known)}.`,
    )
  }
  const { data: spec, error } = armedFaultSchema.safeParse(written, { error: plainly })
  if (error)
    throw invalid(
      written,
      error.issues.map(({ path, message }) => ({ path: plainPath(path), message })),
    )
  const { plan, mistakes } = planOf(spec, known)
  if (mistakes.length > 0) throw invalid(written, mistakes)
  return { spec, plan }
}

function invalid(written: unknown, mistakes: readonly Mistake[]): UnderstudyError {
  const name = namesOf(written).find((named) => named !== passStep)
  const what = name === undefined ? 'a fault' : `"${name}"`
  const message = `Failed to arm ${what}: ${mistakesText(mistakes)}`
  return new UnderstudyError('ERR_FAULT_INVALID', 400, message, { errors: errorsIn(mistakes) })
}

/** Mistakes as one text for people: each with its path, and ended like a sentence. */
export function mistakesText(mistakes: readonly Mistake[]): string {
  const sentences = errorsIn(mistakes).map(({ path, message }) => ({ path, message: ended(message) }))
  return joinErrors(sentences, ' ')
}

/** Mistakes as the details of an error have them. */
export function errorsIn(mistakes: readonly Mistake[]): ErrorDetail[] {
  return mistakes.map(({ path, message }) => ({ path: formatPath(path), message }))
}

/** The names of the faults in something that may be an armed fault. */
function namesOf(written: unknown): string[] {
  if (typeof written !== 'object' || written === null) return []
  const { fault, script } = written as { fault?: unknown; script?: unknown }
  const steps: unknown[] = Array.isArray(script) ? script : []
  const nameOf = (step: unknown) => (typeof step === 'object' && step !== null && 'fault' in step ? step.fault : step)
  return [fault, ...steps.map(nameOf)].filter((name) => typeof name === 'string')
}
