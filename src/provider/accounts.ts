import type { Account, FindAccount } from 'oidc-provider'
import type { IssuerHooks } from '../domain/issuer.ts'
import { anyUser, OpenMap } from '../domain/open.ts'
import { type User, userStates } from '../domain/user.ts'
import { type SubjectClient, subjectFor } from './jose.ts'

/** The users of an issuer, found by name and by subject. */
export interface Users {
  byName(username: string): User | undefined
  bySub(sub: string): User | undefined
  all(): Iterable<User>
  readonly size: number
  /** Those that are declared: all, unless any user is taken. */
  readonly declared: Users
}

export function indexUsers(users: readonly User[]): Users {
  const byName = new Map(users.map((user) => [user.username, user]))
  const bySub = new Map(users.map((user) => [user.sub, user]))
  const declared: Users = {
    byName: (username) => byName.get(username),
    bySub: (sub) => bySub.get(sub),
    all: () => byName.values(),
    size: byName.size,
    get declared() {
      return declared
    },
  }
  return declared
}

/** Any user, by the name that is typed; those that are declared as they are. */
export function openUsers(declared: Users): Users {
  const others = new OpenMap<User>([], anyUser)
  return {
    ...declared,
    byName: (username) => declared.byName(username) ?? others.get(username),
    // Where a declared user has another subject, its name is nobody's subject.
    bySub: (sub) => declared.bySub(sub) ?? (declared.byName(sub) === undefined ? others.get(sub) : undefined),
    declared,
  }
}

/** A user's claims: those of the fixtures, and the hook's over them. */
export async function claimsOf(
  user: User,
  hooks: IssuerHooks,
  context: { scope: string[]; client: string },
): Promise<Record<string, unknown>> {
  if (hooks.claims === undefined) return user.claims
  return { ...user.claims, ...(await hooks.claims(user, context)) }
}

/**
 * Finds the account behind a subject; none where the user is unknown or in a state that ends what exists, which the
 * provider answers with `invalid_grant`, `invalid_token` or a new login.
 */
export function createFindAccount(users: Users, hooks: IssuerHooks): FindAccount {
  return function findAccount(ctx, sub, token): Account | undefined {
    const user = users.bySub(sub)
    if (user === undefined || !userStates[user.state].keep) return undefined
    return {
      accountId: user.sub,
      async claims(_use, scope) {
        const client = ctx.oidc?.client?.clientId ?? (token as { clientId?: string } | undefined)?.clientId ?? ''
        return { ...(await claimsOf(user, hooks, { scope: scope.split(' '), client })), sub: user.sub }
      },
    }
  }
}

/** Whom a client knows by this pairwise subject; undefined where nobody, or where its subjects are not pairwise. */
export function userByPairwise(
  { name, users }: { name: string; users: Users },
  client: SubjectClient | undefined,
  sub: string,
): User | undefined {
  if (client?.subjectType !== 'pairwise') return undefined
  for (const user of users.all()) if (subjectFor(name, client, user.sub) === sub) return user
  return undefined
}
