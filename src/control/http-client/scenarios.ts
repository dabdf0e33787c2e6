import type { ScenariosControl } from '../scenarios.ts'
import { type Ask, path } from './ask.ts'

export const askScenarios = (ask: Ask): ScenariosControl => ({
  scenarios: (issuer) => ask('GET', path`/api/issuers/${issuer}/scenarios`),
  toggleScenario: (issuer, name, enabled) =>
    ask('PUT', path`/api/issuers/${issuer}/scenarios/${name}`, { body: { enabled } }),
})
