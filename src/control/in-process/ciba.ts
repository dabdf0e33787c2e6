import type { CibaControl } from '../ciba.ts'
import type { Access } from './access.ts'

export function controlCiba({ issuer: find }: Access): CibaControl {
  return {
    async ciba(issuer) {
      return (await find(issuer)).provider.ciba.pending()
    },
    async actOnCiba(issuer, authReqId, { action }) {
      await (await find(issuer)).provider.ciba[action](authReqId)
    },
  }
}
