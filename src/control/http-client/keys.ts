import type { KeysControl } from '../keys.ts'
import { type Ask, path } from './ask.ts'

export const askKeys = (ask: Ask): KeysControl => ({
  keys: (issuer) => ask('GET', path`/api/issuers/${issuer}/keys`),
  rotateKeys: (issuer, rotation = {}) => ask('POST', path`/api/issuers/${issuer}/keys/rotate`, { body: rotation }),
})
