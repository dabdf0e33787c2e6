import type { SessionsControl } from '../sessions.ts'
import { type Ask, path } from './ask.ts'

export const askSessions = (ask: Ask): SessionsControl => ({
  sessions: (issuer, filter = {}) => ask('GET', path`/api/issuers/${issuer}/sessions`, { query: filter }),
  endSession(issuer, id) {
    const sessions = path`/api/issuers/${issuer}/sessions`
    return ask('DELETE', id === undefined ? sessions : sessions + path`/${id}`)
  },
  endSessionsOf: (issuer, user) => ask('DELETE', path`/api/issuers/${issuer}/sessions`, { query: { user } }),
  signIn: (issuer, who) => ask('POST', path`/api/issuers/${issuer}/sessions`, { body: who }),
})
