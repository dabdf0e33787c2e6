import * as z from 'zod'

export const scenarioView = z
  .strictObject({ name: z.string(), description: z.string().optional(), enabled: z.boolean() })
  .meta({ id: 'Scenario', description: 'A named set of faults, armed while it is enabled.' })

export type ScenarioView = z.output<typeof scenarioView>

export const scenarioToggle = z.strictObject({ enabled: z.boolean() }).meta({ id: 'ScenarioToggle' })

export interface ScenariosControl {
  scenarios(issuer: string): Promise<ScenarioView[]>
  /** @throws UnderstudyError `ERR_SCENARIO_UNKNOWN` */
  toggleScenario(issuer: string, name: string, enabled: boolean): Promise<ScenarioView>
}
