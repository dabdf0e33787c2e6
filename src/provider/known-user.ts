import { didYouMean, UnderstudyError } from '../errors.ts'
import type { Users } from './accounts.ts'

/**
 * The subject of a user, who may have gone from the fixtures since.
 *
 * @param subs of what there is of users
 * @throws UnderstudyError `ERR_USER_UNKNOWN` (404)
 */
export function knownUser(users: Users, username: string, subs: readonly string[]): string {
  const sub = users.byName(username)?.sub
  if (sub !== undefined) return sub
  if (subs.includes(username)) return username
  const hint = didYouMean(username, namesOf(users))
  throw new UnderstudyError('ERR_USER_UNKNOWN', 404, `Failed to find "${username}": no such user.${hint}`)
}

export function* namesOf(users: Users): Iterable<string> {
  for (const { username } of users.all()) yield username
}
