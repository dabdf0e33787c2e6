import type { GrantsControl } from '../grants.ts'
import type { Access } from './access.ts'

export function controlGrants({ issuer: find }: Access): GrantsControl {
  const grantsOf = async (issuer: string) => (await find(issuer)).provider.grants
  return {
    async grants(issuer, filter) {
      return (await grantsOf(issuer)).list(filter)
    },
    async revokeGrant(issuer, id) {
      await (await grantsOf(issuer)).revoke(id)
    },
    async revokeGrants(issuer, filter) {
      await (await grantsOf(issuer)).revokeAll(filter)
    },
  }
}
