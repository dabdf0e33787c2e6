import { check } from '../check.ts'
import type { SessionsControl } from '../sessions.ts'
import { whose } from '../whose.ts'
import type { Access } from './access.ts'

export function controlSessions({ issuer: find }: Access): SessionsControl {
  const sessionsOf = async (issuer: string) => (await find(issuer)).provider.sessions
  return {
    async sessions(issuer, filter = {}) {
      const sessions = await sessionsOf(issuer)
      const { sessionFilter } = await import('../sessions.ts')
      return sessions.list(check(sessionFilter, filter).user)
    },
    async endSession(issuer, id) {
      await (await sessionsOf(issuer)).end(id)
    },
    async endSessions(issuer, filter) {
      const sessions = await sessionsOf(issuer)
      const { sessionFilter } = await import('../sessions.ts')
      await sessions.endAll(check(sessionFilter.optional(), whose(filter))?.user)
    },
    async signIn(issuer, given) {
      const sessions = await sessionsOf(issuer)
      const { signIn } = await import('../sessions.ts')
      const { age: ageSeconds, ...who } = check(signIn, given)
      return sessions.create({ ...who, ageSeconds })
    },
  }
}
