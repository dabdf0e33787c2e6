import { UnderstudyError } from '../../errors.ts'
import { durationError, parseDurationSeconds } from '../../time.ts'
import type { SessionsControl, SignInInput } from '../sessions.ts'
import type { Access } from './access.ts'

export function controlSessions({ issuer: find }: Access): SessionsControl {
  const sessionsOf = async (issuer: string) => (await find(issuer)).provider.sessions
  return {
    async sessions(issuer, { user } = {}) {
      return (await sessionsOf(issuer)).list(user)
    },
    async endSession(issuer, id) {
      const sessions = await sessionsOf(issuer)
      await (id === undefined ? sessions.endAll() : sessions.end(id))
    },
    async endSessionsOf(issuer, user) {
      await (await sessionsOf(issuer)).endAll(user)
    },
    async signIn(issuer, { age = 0, ...who }) {
      const sessions = await sessionsOf(issuer)
      const ageSeconds = parseDurationSeconds(age)
      if (ageSeconds === undefined) throw invalid(who, `age: ${durationError}`)
      const stranger = who.origins?.find((origin) => !URL.canParse(origin))
      if (stranger !== undefined) throw invalid(who, `origins: "${stranger}" is no URL`)
      return sessions.create({ ...who, ageSeconds })
    },
  }
}

function invalid({ user }: Pick<SignInInput, 'user'>, why: string): UnderstudyError {
  return new UnderstudyError('ERR_REQUEST_INVALID', 400, `Failed to sign "${user}" in: ${why}.`)
}
