import type { ResetControl } from '../reset.ts'
import type { Access } from './access.ts'

export function controlReset({ issuer: find }: Access): ResetControl {
  return {
    async reset(issuer, { keep = [] } = {}) {
      await (await find(issuer)).reset(Object.fromEntries(keep.map((what) => [what, true])))
    },
  }
}
