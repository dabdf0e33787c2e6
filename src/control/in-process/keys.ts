import { describeKeys } from '../../provider/key-rotation.ts'
import { check } from '../check.ts'
import type { KeysControl } from '../keys.ts'
import type { Access } from './access.ts'

export function controlKeys({ issuer: find }: Access): KeysControl {
  return {
    async keys(issuer) {
      return describeKeys((await find(issuer)).keys.current)
    },
    async rotateKeys(issuer, rotation = {}) {
      const found = await find(issuer)
      const { keyRotation } = await import('../keys.ts')
      const { alg, keep_old: keepOld = true } = check(keyRotation, rotation)
      await found.rotateKeys({ alg, keepOld })
      return describeKeys(found.keys.current)
    },
  }
}
