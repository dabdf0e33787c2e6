import * as z from 'zod'
import { scenarioToggle, scenarioView } from '../../control/scenarios.ts'
import { defineRoute } from './route.ts'

export const scenarioRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/scenarios',
    summary: 'List the scenarios',
    good: { status: 200, description: 'Those of the fixtures.', schema: z.array(scenarioView) },
    handle: ({ control, params }) => control.scenarios(params.issuer),
  }),
  defineRoute({
    method: 'put',
    path: '/api/issuers/{issuer}/scenarios/{scenario}',
    summary: 'Switch a scenario on or off',
    body: scenarioToggle,
    good: { status: 200, description: 'As it is now.', schema: scenarioView },
    problems: { 404: ['ERR_SCENARIO_UNKNOWN'] },
    handle: ({ control, params, body }) => control.toggleScenario(params.issuer, params.scenario, body.enabled),
  }),
]
