import type { CibaControl } from '../ciba.ts'
import { type Ask, path } from './ask.ts'

export const askCiba = (ask: Ask): CibaControl => ({
  ciba: (issuer) => ask('GET', path`/api/issuers/${issuer}/ciba`),
  actOnCiba: (issuer, authReqId, action) =>
    ask('POST', path`/api/issuers/${issuer}/ciba/${authReqId}`, { body: action }),
})
