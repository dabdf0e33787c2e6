import type { FaultStep } from '../domain/issuer.ts'
import { type ErrorDetail, UnderstudyError } from '../errors.ts'
import type { KnownFaults } from './catalog.ts'
import type { Mistake, TokenFault } from './fault.ts'
import type { FiredToken } from './fired.ts'
import { isSame, type TokenType } from './jwt.ts'
import { readStep } from './plan.ts'
import { errorsIn, mistakesText } from './read.ts'
import { unknownFaultText } from './spec.ts'

/**
 * Reads faults that are to change one token that is made by hand, in order; one that changes nothing of it is refused then,
 * in the same way.
 *
 * @param keyCount how many keys the issuer's JWKS has
 * @param known the faults that the issuer knows
 * @throws UnderstudyError `ERR_FAULT_UNKNOWN` (404), `ERR_FAULT_INVALID` (400) where one is not for such a token
 */
export function readMutations(
  steps: readonly FaultStep[],
  token: TokenType,
  keyCount: number,
  known: KnownFaults,
): Pick<FiredToken, 'patch'>[] {
  return steps.map(function readMutation(step) {
    const name = typeof step === 'string' ? step : step.fault
    const fault = known.find(name)
    if (fault === undefined)
      throw new UnderstudyError('ERR_FAULT_UNKNOWN', 404, failed(name, `${unknownFaultText(name, known)}.`))
    if (fault.acts !== 'token') throw invalid(name, 'it changes no tokens. "understudy faults" tells those that do.')
    const why = strangeness(fault, token) ?? fault.unfit?.(keyCount)
    if (why !== undefined) throw invalid(name, why)
    const mistakes: Mistake[] = []
    const read = readStep(typeof step === 'string' ? { fault: step } : step, [], mistakes, known)
    if (mistakes.length > 0) throw invalid(name, mistakesText(mistakes), errorsIn(mistakes))
    return {
      patch(jwt, facts) {
        const mutated = { ...jwt, ...fault.patch(jwt, read?.params, facts) }
        if (isSame(jwt, mutated)) throw invalid(name, `it leaves this ${token} as it is. ${wayOut}`)
        return mutated
      },
    }
  })
}

/** Nobody wants a good token for a bad one. */
const wayOut = 'Leave it out, or give the token by claims what it is to change.'

function strangeness({ tokens }: TokenFault, token: TokenType): string | undefined {
  return tokens.includes(token) ? undefined : `it is for ${tokens.join(', ')}, and this is a signed ${token}.`
}

function invalid(name: string, why: string, errors: ErrorDetail[] = [{ path: '', message: why }]): UnderstudyError {
  return new UnderstudyError('ERR_FAULT_INVALID', 400, failed(name, why), { errors })
}

function failed(name: string, why: string): string {
  return `Failed to change a token by "${name}": ${why}`
}
