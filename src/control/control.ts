import type { ArmedFaultView } from '../faults/view.ts'

export type { ArmedFaultView } from '../faults/view.ts'

/** An issuer in a list. */
export interface IssuerSummary {
  name: string
  /** Its URL; under `issuer: auto` the one under which the origin that asked for this list knows it. */
  issuer: string
  persona: string
  users: number
  clients: number
}

export interface ScenarioView {
  name: string
  description?: string
  enabled: boolean
}

export interface PendingDevice {
  user_code: string
  client_id: string
  scope: string
  expires_in: number
}

export type DeviceAction = { action: 'approve'; user: string } | { action: 'deny' } | { action: 'expire' }

/** What `reset` may leave as it is. */
export const resettable = ['faults', 'clock', 'tokens', 'sessions'] as const
export type Resettable = (typeof resettable)[number]

/**
 * Every operation on a running Understudy, in process and over HTTP alike.
 *
 * Each rejects with an `UnderstudyError`: `ERR_ISSUER_UNKNOWN`, `ERR_FAULT_UNKNOWN`, `ERR_FAULT_INVALID`,
 * `ERR_ARMED_UNKNOWN`, `ERR_SCENARIO_UNKNOWN`, `ERR_DEVICE_UNKNOWN`, `ERR_USER_UNKNOWN`, … as its method says.
 */
export interface Control {
  health(): Promise<{ status: 'ok'; version: string }>
  /** @param origin what `issuer: auto` stands for; over HTTP it is always the origin of the server's URL */
  issuers(origin?: string): Promise<IssuerSummary[]>
  faults(issuer: string): Promise<ArmedFaultView[]>
  fault(issuer: string, id: string): Promise<ArmedFaultView>
  /** Arms a fault, written as the fixtures write it. */
  arm(issuer: string, spec: unknown): Promise<ArmedFaultView>
  /** Disarms one, or all of an issuer. */
  disarm(issuer: string, id?: string): Promise<void>
  scenarios(issuer: string): Promise<ScenarioView[]>
  toggleScenario(issuer: string, name: string, enabled: boolean): Promise<ScenarioView>
  devices(issuer: string): Promise<PendingDevice[]>
  /** Approves, denies or expires a pending device request, by its user code as the person would type it. */
  actOnDevice(issuer: string, userCode: string, action: DeviceAction): Promise<void>
  /** Back to the fixtures: faults, clock, tokens and sessions; keys stay. */
  reset(issuer: string, options?: { keep?: readonly Resettable[] }): Promise<void>
}
