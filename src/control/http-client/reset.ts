import type { ResetControl } from '../reset.ts'
import { type Ask, path } from './ask.ts'

export const askReset = (ask: Ask): ResetControl => ({
  reset: (issuer, options = {}) => ask('POST', path`/api/issuers/${issuer}/reset`, { body: options }),
})
