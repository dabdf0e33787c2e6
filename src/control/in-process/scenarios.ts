import type { ScenariosControl } from '../scenarios.ts'
import type { Access } from './access.ts'

export function controlScenarios({ issuer: find }: Access): ScenariosControl {
  return {
    async scenarios(issuer) {
      return (await find(issuer)).arming.scenarios()
    },
    async toggleScenario(issuer, name, enabled) {
      const found = await find(issuer)
      const scenario = found.arming.toggleScenario(name, enabled)
      await found.settled()
      return scenario
    },
  }
}
