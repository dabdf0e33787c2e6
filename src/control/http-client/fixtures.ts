import type { FixturesControl } from '../fixtures.ts'
import { type Ask, path } from './ask.ts'

export const askFixtures = (ask: Ask): FixturesControl => ({
  fixtures: (issuer) => ask('GET', path`/api/issuers/${issuer}/fixtures`),
  patchFixtures: (issuer, document) => ask('PATCH', path`/api/issuers/${issuer}/fixtures`, { body: document }),
})
