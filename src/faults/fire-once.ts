import type { Exchange } from '../domain/exchange.ts'
import type { FaultStep } from '../domain/issuer.ts'
import { UnderstudyError } from '../errors.ts'
import type { Fault, FaultOrigin, Fired, Mistake } from './fault.ts'
import { readStep, type Step } from './plan.ts'
import { describeReach, endpointsOf } from './reach.ts'
import { mistakesText } from './read.ts'

/** A fault that one request meets. */
export function firedBy(armedId: string, origin: FaultOrigin, { fault, params }: Step, exchange: Exchange): Fired {
  return { armedId, origin, fault, params, answer: () => fault.answer(exchange, params) }
}

/**
 * Fires a fault at one request, without arming it.
 *
 * @throws UnderstudyError `ERR_FAULT_INVALID` (500, since the request is not to blame) where it cannot fire so
 */
export function fireStep(step: FaultStep, exchange: Exchange, armedId: string): Fired {
  const name = typeof step === 'string' ? step : step.fault
  const mistakes: Mistake[] = []
  const read = readStep(typeof step === 'string' ? { fault: step } : step, [], mistakes)
  if (read) mistakes.push(...mistakesAt(read, exchange))
  if (read && mistakes.length === 0) return firedBy(armedId, 'hook', read, exchange)
  throw new UnderstudyError('ERR_FAULT_INVALID', 500, `Failed to fire "${name}": ${mistakesText(mistakes)}`)
}

function mistakesAt({ fault, params }: Step, { endpoint, grantType }: Exchange): Mistake[] {
  if (canFire(fault, endpoint, grantType)) return fault.check?.(params, [endpoint]) ?? []
  const place = endpoint === 'token' ? `token with grant type ${grantType ?? 'none'}` : endpoint
  return [{ path: [], message: `it cannot fire at ${place}. It fires at ${describeReach(fault)}` }]
}

function canFire(fault: Fault, endpoint: Exchange['endpoint'], grantType: string | undefined): boolean {
  const meetsGrant = endpoint !== 'token' || !fault.grantTypes || fault.grantTypes.includes(grantType ?? '')
  return endpointsOf(fault).includes(endpoint) && meetsGrant
}
