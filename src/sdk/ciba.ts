import type { PendingCiba } from '../control/ciba.ts'
import type { Control } from '../control/control.ts'

/** Decides what the user of a backchannel authentication request would, on whatever device they have. */
export interface Ciba {
  pending(): Promise<PendingCiba[]>
  approve(authReqId: string): Promise<void>
  deny(authReqId: string): Promise<void>
  expire(authReqId: string): Promise<void>
}

export function cibaOf(control: Control, issuer: string): Ciba {
  return {
    pending: () => control.ciba(issuer),
    approve: (authReqId) => control.actOnCiba(issuer, authReqId, { action: 'approve' }),
    deny: (authReqId) => control.actOnCiba(issuer, authReqId, { action: 'deny' }),
    expire: (authReqId) => control.actOnCiba(issuer, authReqId, { action: 'expire' }),
  }
}
