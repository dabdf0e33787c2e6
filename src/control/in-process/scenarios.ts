import { check } from '../check.ts'
import type { ScenariosControl } from '../scenarios.ts'
import type { Access } from './access.ts'

export function controlScenarios({ issuer: find }: Access): ScenariosControl {
  return {
    async scenarios(issuer) {
      return (await find(issuer)).arming.scenarios()
    },
    async toggleScenario(issuer, name, given) {
      const found = await find(issuer)
      const { scenarioToggle } = await import('../scenarios.ts')
      const { enabled } = check(scenarioToggle, { enabled: given })
      const scenario = found.arming.toggleScenario(name, enabled)
      await found.settled()
      return scenario
    },
  }
}
