import type { SessionsControl } from '../sessions.ts'
import { whose } from '../whose.ts'
import { type Ask, path } from './ask.ts'

export const askSessions = (ask: Ask): SessionsControl => ({
  sessions: (issuer, filter = {}) => ask('GET', path`/api/issuers/${issuer}/sessions`, { query: { ...filter } }),
  endSession: (issuer, id) => ask('DELETE', path`/api/issuers/${issuer}/sessions/${id}`),
  endSessions: async (issuer, filter) =>
    ask('DELETE', path`/api/issuers/${issuer}/sessions`, { query: { ...whose(filter) } }),
  signIn: (issuer, who) => ask('POST', path`/api/issuers/${issuer}/sessions`, { body: who }),
})
