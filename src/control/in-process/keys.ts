import { describeKeys } from '../../provider/key-rotation.ts'
import type { KeysControl } from '../keys.ts'
import type { Access } from './access.ts'

export function controlKeys({ issuer: find }: Access): KeysControl {
  return {
    async keys(issuer) {
      return describeKeys((await find(issuer)).keys.current)
    },
    async rotateKeys(issuer, { alg, keep_old: keepOld = true } = {}) {
      const found = await find(issuer)
      await found.rotateKeys({ alg, keepOld })
      return describeKeys(found.keys.current)
    },
  }
}
