import { isRegex, listOf, matcher } from '../domain/words.ts'
import type { Fault, Mistake, TokenFault } from './fault.ts'
import { endpointsOfTokens, type TokenType } from './jwt.ts'
import { describeReach, narrowedTo, selectEndpoints } from './reach.ts'
import type { When } from './spec.ts'

/**
 * Faults as they are meant: those of tokens for the tokens that `when` names, else each for the first of its tokens that
 * is signed at each place where it asks.
 */
export function aimed(
  faults: readonly Fault[],
  when: Pick<When, 'token' | 'endpoint'>,
  mistakes: Mistake[],
  inScript = false,
): Fault[] {
  if (when.token !== undefined && faults.length > 0 && !faults.some(({ acts }) => acts === 'token')) {
    const names = faults.map(({ name }) => `"${name}"`).join(', ')
    mistakes.push({ path: ['when', 'token'], message: `only faults of signed tokens take a token, and not ${names}` })
  }
  return faults.map((fault) => {
    if (fault.acts !== 'token') return fault
    const tokens = tokensMeant(fault, when, mistakes)
    return tokens.length === 0 ? fault : narrowedTo(tokens, fault, inScript)
  })
}

function tokensMeant(
  fault: TokenFault,
  { token: words, endpoint }: Pick<When, 'token' | 'endpoint'>,
  mistakes: Mistake[],
) {
  if (words === undefined) return firstSigned(fault, endpoint)
  const known: readonly string[] = fault.tokens
  const strangers = listOf<string>(words).filter((word) => !isRegex(word) && !known.includes(word))
  const meant = fault.tokens.filter(matcher(words))
  if (strangers.length > 0 || meant.length === 0) {
    const what = strangers.length > 0 ? strangers.join(', ') : listOf(words).join(', ')
    const message = `"${fault.name}" is not for ${what}. It fires at ${describeReach(fault)}`
    mistakes.push({ path: ['when', 'token'], message })
  }
  return meant
}

function firstSigned({ tokens }: TokenFault, words: When['endpoint']): TokenType[] {
  if (words === undefined) return tokens.slice(0, 1)
  const { named, matched } = selectEndpoints(words)
  const first = [...named, ...matched].flatMap(
    (endpoint) => tokens.find((token) => endpointsOfTokens([token]).includes(endpoint)) ?? [],
  )
  return tokens.filter((token) => first.includes(token))
}
