import type { GrantsControl } from '../grants.ts'
import { whose } from '../whose.ts'
import { type Ask, path } from './ask.ts'

export const askGrants = (ask: Ask): GrantsControl => ({
  grants: (issuer, filter = {}) => ask('GET', path`/api/issuers/${issuer}/grants`, { query: { ...filter } }),
  revokeGrant: (issuer, id) => ask('DELETE', path`/api/issuers/${issuer}/grants/${id}`),
  revokeGrants: async (issuer, filter) =>
    ask('DELETE', path`/api/issuers/${issuer}/grants`, { query: { ...whose(filter) } }),
})
