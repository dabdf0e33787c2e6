import { check } from '../check.ts'
import type { ResetControl } from '../reset.ts'
import type { Access } from './access.ts'

export function controlReset({ issuer: find }: Access): ResetControl {
  return {
    async reset(issuer, options = {}) {
      const found = await find(issuer)
      const { resetOptions } = await import('../reset.ts')
      const { keep = [] } = check(resetOptions, options)
      await found.reset(Object.fromEntries(keep.map((what) => [what, true])))
    },
  }
}
