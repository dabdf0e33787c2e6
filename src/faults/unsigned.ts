import { isRegex, listOf } from '../domain/words.ts'
import type { TokenType } from './jwt.ts'
import type { Plan } from './plan.ts'
import type { When } from './spec.ts'

/** Whether an issuer may sign a token of a type for a client; undefined: for any. */
export type Signs = (token: TokenType, client: string | undefined) => boolean

/** What is not signed, and what has it signed. */
const ways: Partial<Record<TokenType, [what: string, way: string]>> = {
  id_token: [
    'no ID token is made',
    'a grant type that brings one, such as authorization_code, or mean another token by when.token',
  ],
  access_token: ['access tokens are opaque', 'access_token: {format: jwt}'],
  userinfo: ['userinfo is not signed', 'userinfo_signed_response_alg: RS256'],
  logout_token: ['nobody is told of a logout by a token', 'a backchannel_logout_uri'],
}

/** Tokens that are made for the client of a flow, whoever asks. */
const ofFlow: ReadonlySet<TokenType> = new Set(['access_token', 'userinfo'])

/** For whom a fault is armed: by one client for its flow, or for all that `when` means. */
export type Armer = { flowOf: string | undefined } | { when: When }

/**
 * Why there is nothing that the faults of a plan could change; undefined where there may be.
 *
 * @returns a sentence with a way out
 */
export function unsignedness({ steps }: Plan, armer: Armer, signs: Signs): string | undefined {
  for (const step of steps) {
    if (step?.fault.acts !== 'token') continue
    const { name, tokens } = step.fault
    if (tokens.some((token) => clientsOf(armer, token).some((client) => signs(token, client)))) continue
    const [first = 'id_token'] = tokens
    const [what, way] = ways[first] ?? ['nothing is signed', 'a signing algorithm']
    const named = clientsOf(armer, first).filter((client) => client !== undefined)
    const [whose, whom] = named.length === 0 ? ['at this issuer', 'a client'] : [`for ${named.join(', ')}`, 'it']
    return `Failed to arm "${name}": ${what} ${whose}. Give ${whom} ${way}.`
  }
  return undefined
}

/** Whom a token would be made for; undefined: anybody. */
function clientsOf(armer: Armer, token: TokenType): readonly (string | undefined)[] {
  if ('flowOf' in armer) return [ofFlow.has(token) ? armer.flowOf : undefined]
  const { client } = armer.when
  return client === undefined || listOf(client).some(isRegex) ? [undefined] : listOf(client)
}
