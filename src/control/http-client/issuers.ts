import type { IssuersControl } from '../issuers.ts'
import { type Ask, path } from './ask.ts'

export const askIssuers = (ask: Ask): IssuersControl => ({
  issuers: () => ask('GET', '/api/issuers'),
  createIssuer: (declared = {}) => ask('POST', '/api/issuers', { body: declared }),
  endIssuer: (name) => ask('DELETE', path`/api/issuers/${name}`),
})
