import { check } from '../check.ts'
import type { CibaControl } from '../ciba.ts'
import type { Access } from './access.ts'

export function controlCiba({ issuer: find }: Access): CibaControl {
  return {
    async ciba(issuer) {
      return (await find(issuer)).provider.ciba.pending()
    },
    async actOnCiba(issuer, authReqId, given) {
      const { provider } = await find(issuer)
      const { cibaAction } = await import('../ciba.ts')
      const { action } = check(cibaAction, given)
      await provider.ciba[action](authReqId)
    },
  }
}
