export type { PendingDevice } from './control/devices.ts'
export type { ArmedFaultView } from './control/faults.ts'
export type { Resettable } from './control/resettable.ts'
export type { ScenarioView } from './control/scenarios.ts'
export type { FaultStep, IssuerHooks, RequestView } from './domain/issuer.ts'
export { UnderstudyError } from './errors.ts'
export type { FaultName } from './faults/catalog.ts'
export type { ArmedFaultInput } from './faults/spec.ts'
export type { FixturesModule, IssuerModule } from './fixtures/define.ts'
export { defineFixtures } from './fixtures/define.ts'
export type {
  ArmInput,
  CreatedIssuer,
  NewIssuer,
  Understudy,
  UnderstudyIssuer,
  UnderstudyOptions,
} from './sdk/start.ts'
export { startUnderstudy } from './sdk/start.ts'
