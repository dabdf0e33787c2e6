import { verifyIssuer } from '../../issuer/verify.ts'
import type { VerifyControl } from '../verify.ts'
import type { Access } from './access.ts'

export function controlVerify({ issuer: find }: Access): VerifyControl {
  return {
    async verify(issuer, verification) {
      return verifyIssuer(await find(issuer), verification)
    },
  }
}
