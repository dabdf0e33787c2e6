import type { Control } from '../control/control.ts'
import type { KeyRotationInput, KeyView } from '../control/keys.ts'

/** The keys that one issuer signs with. */
export interface Keys {
  list(): Promise<KeyView[]>
  /** Has the issuer sign with new keys; the old ones stay in its JWKS unless `keep_old` is false. */
  rotate(rotation?: KeyRotationInput): Promise<KeyView[]>
}

export function keysOf(control: Control, issuer: string): Keys {
  return {
    list: () => control.keys(issuer),
    rotate: (rotation) => control.rotateKeys(issuer, rotation),
  }
}
