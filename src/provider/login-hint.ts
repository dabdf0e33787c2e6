import type { User } from '../domain/user.ts'
import { readClaims } from './access-token.ts'
import type { Users } from './accounts.ts'

/** Whom a hint means: a username, a subject identifier or an e-mail address, in this order. */
export function userByHint(users: Users, hint: string): User | undefined {
  return users.byName(hint) ?? users.bySub(hint) ?? userByEmail(users, hint)
}

/** The user of this e-mail address; addresses are compared as people do, without regard to case. */
function userByEmail(users: Users, address: string): User | undefined {
  if (!address.includes('@')) return undefined
  const wanted = address.toLowerCase()
  for (const user of users.all()) {
    const { email } = user.claims
    if (typeof email === 'string' && email.toLowerCase() === wanted) return user
  }
  return undefined
}

/**
 * Whom a request's hints mean, before anything of them is found to be right.
 *
 * @param params those of a backchannel authentication request
 */
export function hintedUser(users: Users, params: Readonly<Record<string, string | undefined>>): User | undefined {
  const { request } = params
  const signed = request === undefined ? undefined : readClaims(request)
  const {
    login_hint: hint,
    login_hint_token: token,
    id_token_hint: idToken,
  } = { ...params, ...signed } as typeof params
  if (hint !== undefined) return userByHint(users, hint)
  const jwt = token ?? idToken
  const claims = jwt === undefined ? undefined : readClaims(jwt)
  return claims && userByClaims(users, claims)
}

/** Whom a token means: by its subject, else its e-mail address. */
export function userByClaims(users: Users, { sub, email }: Readonly<Record<string, unknown>>): User | undefined {
  const hint = sub ?? email
  return typeof hint === 'string' ? userByHint(users, hint) : undefined
}
