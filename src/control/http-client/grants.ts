import type { GrantFilter, GrantsControl } from '../grants.ts'
import { type Ask, path } from './ask.ts'

export const askGrants = (ask: Ask): GrantsControl => ({
  grants: (issuer, filter = {}) => ask('GET', path`/api/issuers/${issuer}/grants`, { query: queryOf(filter) }),
  revokeGrant: (issuer, id) => ask('DELETE', path`/api/issuers/${issuer}/grants/${id}`),
  revokeGrants: (issuer, filter = {}) => ask('DELETE', path`/api/issuers/${issuer}/grants`, { query: queryOf(filter) }),
})

const queryOf = ({ user, client }: GrantFilter) => ({ user, client })
