import { UnderstudyError } from '../../errors.ts'
import type { RunningIssuer } from '../../issuer/issuer.ts'
import type { authenticate } from '../../provider/interactions.ts'

/** By these a client tells whether a token is for it, and good; a fault makes them wrong where that is wanted. */
const heldBack = ['iss', 'aud', 'exp', 'iat'] as const

type Authenticated = ReturnType<typeof authenticate>

/**
 * Makes somebody who signs in at an open issuer be as the login page was told: what was typed as claims goes over what
 * is known, and stays until the issuer is reset.
 *
 * @param typed JSON; empty: nothing is changed
 */
export async function withTypedClaims(
  user: Authenticated,
  typed: string,
  issuer: RunningIssuer,
): Promise<Authenticated> {
  if ('error' in user || typed.trim() === '') return user
  const read = readObject(typed)
  if (read === undefined) return { error: 'The claims are no JSON object, such as {"groups": ["admin"]}.' }
  const held = heldBack.find((name) => name in read)
  if (held !== undefined) return { error: `The claim ${held} cannot be typed: the issuer alone says it.` }
  const { sub = user.sub, ...claims } = read
  try {
    const { username, password, state, user_code } = user
    const written = { username, password, state, user_code, sub, claims: { ...user.claims, ...claims } }
    await issuer.edits.put('users', user.username, JSON.parse(JSON.stringify(written)))
    return issuer.provider.users.byName(user.username) ?? user
  } catch (error) {
    if (!(error instanceof UnderstudyError) || error.status >= 500) throw error
    return { error: error.message }
  }
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
