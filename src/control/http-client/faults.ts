import type { FaultsControl } from '../faults.ts'
import { type Ask, path } from './ask.ts'

export const askFaults = (ask: Ask): FaultsControl => ({
  faults: (issuer) => ask('GET', path`/api/issuers/${issuer}/faults`),
  fault: (issuer, id) => ask('GET', path`/api/issuers/${issuer}/faults/${id}`),
  arm: (issuer, spec) => ask('POST', path`/api/issuers/${issuer}/faults`, { body: spec }),
  disarm(issuer, id) {
    const faults = path`/api/issuers/${issuer}/faults`
    return ask('DELETE', id === undefined ? faults : faults + path`/${id}`)
  },
  release: (issuer, id, options = {}) =>
    ask('POST', path`/api/issuers/${issuer}/faults/${id}/release`, { body: options }),
})
