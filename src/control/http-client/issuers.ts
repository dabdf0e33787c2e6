import type { IssuersControl } from '../issuers.ts'
import type { Ask } from './ask.ts'

export const askIssuers = (ask: Ask): IssuersControl => ({
  issuers: () => ask('GET', '/api/issuers'),
})
