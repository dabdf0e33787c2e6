import type { Exchange } from '../domain/exchange.ts'
import type { FaultStep } from '../domain/issuer.ts'
import { UnderstudyError } from '../errors.ts'
import type { KnownFaults } from './catalog.ts'
import type { Fault, Mistake } from './fault.ts'
import { checkPlaces, readStep, type Step } from './plan.ts'
import { describeReach, endpointsOf } from './reach.ts'
import { mistakesText } from './read.ts'
import { aimed } from './tokens-meant.ts'

/**
 * Reads a fault that is to fire at one request, without being armed.
 *
 * @throws UnderstudyError `ERR_FAULT_INVALID` (500, since the request is not to blame) where it cannot fire so
 */
export function readOnce(step: FaultStep, exchange: Exchange, known: KnownFaults): Step {
  const name = typeof step === 'string' ? step : step.fault
  const mistakes: Mistake[] = []
  const read = readStep(typeof step === 'string' ? { fault: step } : step, [], mistakes, known)
  if (read) mistakes.push(...mistakesAt(read, exchange))
  const [fault] = read ? aimed([read.fault], { endpoint: exchange.endpoint }, mistakes) : []
  if (read && fault && mistakes.length === 0) return { ...read, fault }
  throw new UnderstudyError('ERR_FAULT_INVALID', 500, `Failed to fire "${name}": ${mistakesText(mistakes)}`)
}

function mistakesAt(step: Step, { endpoint, grantType }: Exchange): Mistake[] {
  const { fault } = step
  if (fault.acts === 'handshake') {
    return [{ path: [], message: 'it meets clients that connect, before there is any request. Arm it on the issuer' }]
  }
  if (canFire(fault, endpoint, grantType)) return checkPlaces(step, [endpoint])
  const place = endpoint === 'token' ? `token with grant type ${grantType ?? 'none'}` : endpoint
  return [{ path: [], message: `it cannot fire at ${place}. It fires at ${describeReach(fault)}` }]
}

function canFire(fault: Fault, endpoint: Exchange['endpoint'], grantType: string | undefined): boolean {
  const meetsGrant = endpoint !== 'token' || !fault.grantTypes || fault.grantTypes.includes(grantType ?? '')
  return endpointsOf(fault).includes(endpoint) && meetsGrant
}
