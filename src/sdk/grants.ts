import type { Control } from '../control/control.ts'
import type { GrantFilter, GrantView } from '../control/grants.ts'

/** What people have allowed clients at one issuer. */
export interface Grants {
  list(filter?: GrantFilter): Promise<GrantView[]>
  /** Takes back one by its id, or all of a user, of a client, or of the issuer; their codes and tokens go with them. */
  revoke(which?: string | GrantFilter): Promise<void>
}

export function grantsOf(control: Control, issuer: string): Grants {
  return {
    list: (filter) => control.grants(issuer, filter),
    revoke: (which) =>
      typeof which === 'string' ? control.revokeGrant(issuer, which) : control.revokeGrants(issuer, which),
  }
}
