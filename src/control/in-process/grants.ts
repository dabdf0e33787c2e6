import { check } from '../check.ts'
import type { GrantsControl } from '../grants.ts'
import { whose } from '../whose.ts'
import type { Access } from './access.ts'

export function controlGrants({ issuer: find }: Access): GrantsControl {
  const grantsOf = async (issuer: string) => (await find(issuer)).provider.grants
  return {
    async grants(issuer, filter = {}) {
      const grants = await grantsOf(issuer)
      const { grantFilter } = await import('../grants.ts')
      return grants.list(check(grantFilter, filter))
    },
    async revokeGrant(issuer, id) {
      await (await grantsOf(issuer)).revoke(id)
    },
    async revokeGrants(issuer, filter) {
      const grants = await grantsOf(issuer)
      const { grantFilter } = await import('../grants.ts')
      await grants.revokeAll(check(grantFilter.optional(), whose(filter)))
    },
  }
}
