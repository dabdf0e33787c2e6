import type { VerifyControl } from '../verify.ts'
import { type Ask, path } from './ask.ts'

export const askVerify = (ask: Ask): VerifyControl => ({
  verify: (issuer, verification) => ask('POST', path`/api/issuers/${issuer}/verify`, { body: verification ?? {} }),
})
