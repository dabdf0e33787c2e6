import type { TokensControl } from '../tokens.ts'
import { type Ask, path } from './ask.ts'

export const askTokens = (ask: Ask): TokensControl => ({
  mint: (issuer, order) => ask('POST', path`/api/issuers/${issuer}/tokens`, { body: order }),
})
