import type { ClockControl } from '../clock.ts'
import { type Ask, path } from './ask.ts'

export const askClock = (ask: Ask): ClockControl => ({
  clock: (issuer) => ask('GET', path`/api/issuers/${issuer}/clock`),
  advanceClock: (issuer, by) => ask('POST', path`/api/issuers/${issuer}/clock/advance`, { body: { by } }),
  setClock: (issuer, setting) => ask('PUT', path`/api/issuers/${issuer}/clock`, { body: setting }),
})
