import type { Control } from '../../src/control/control.ts'
import type { PendingDevice } from '../../src/control/devices.ts'
import type { ArmedFaultView } from '../../src/control/faults.ts'
import type { ScenarioView } from '../../src/control/scenarios.ts'
import { UnderstudyError } from '../../src/errors.ts'

/** What the tests of the admin API's own layers need of a control. */
type Remembered = Pick<
  Control,
  | 'health'
  | 'issuers'
  | 'faults'
  | 'fault'
  | 'arm'
  | 'disarm'
  | 'scenarios'
  | 'toggleScenario'
  | 'devices'
  | 'device'
  | 'actOnDevice'
  | 'reset'
>

/** A control of one issuer, `default`, that remembers what it was told and runs nothing. */
export function memoryControl(): Remembered & { told: unknown[] } {
  const told: unknown[] = []
  const armed: ArmedFaultView[] = []
  const scenarios: ScenarioView[] = [{ name: 'tv-expires', description: 'The TV is too slow', enabled: false }]
  const pending: PendingDevice[] = [{ user_code: 'RSIK-KRAM', client_id: 'tv-app', scope: 'openid', expires_in: 590 }]

  function check(issuer: string): void {
    if (issuer === 'broken') throw new Error('a secret that nobody foresaw')
    if (issuer !== 'default') throw missing('ERR_ISSUER_UNKNOWN', `the issuer "${issuer}"`)
  }

  function find(id: string): ArmedFaultView {
    const found = armed.find((each) => each.id === id)
    if (found === undefined) throw missing('ERR_ARMED_UNKNOWN', `the armed fault "${id}"`)
    return found
  }

  return {
    told,
    async health() {
      return { status: 'ok', version: '1.2.3' }
    },
    async issuers(origin = 'auto') {
      return [{ name: 'default', issuer: origin, persona: 'generic', users: 2, clients: 3 }]
    },
    async faults(issuer) {
      check(issuer)
      return armed
    },
    async fault(issuer, id) {
      check(issuer)
      return find(id)
    },
    async arm(issuer, spec) {
      check(issuer)
      const {
        fault,
        script,
        when = {},
      } = spec as { fault?: string; script?: unknown[]; when?: Record<string, unknown> }
      if (fault === 'slow_dwn') {
        throw new UnderstudyError('ERR_FAULT_UNKNOWN', 404, 'Failed to arm "slow_dwn": no such fault.', { name: fault })
      }
      told.push(spec)
      const base = { skip: 0, times: 1, per: 'issuer', origin: 'admin', matches: 0, fires: 0, spent: false } as const
      const view: ArmedFaultView = { id: `f/${armed.length + 1}`, fault, script, when, ...base }
      armed.push(view)
      return view
    },
    async disarm(issuer, id) {
      check(issuer)
      if (id === undefined) armed.length = 0
      else armed.splice(armed.indexOf(find(id)), 1)
    },
    async scenarios(issuer) {
      check(issuer)
      return scenarios
    },
    async toggleScenario(issuer, name, enabled) {
      check(issuer)
      const found = scenarios.find((each) => each.name === name)
      if (found === undefined) throw missing('ERR_SCENARIO_UNKNOWN', `the scenario "${name}"`)
      found.enabled = enabled
      return found
    },
    async devices(issuer) {
      check(issuer)
      return pending
    },
    async device(issuer, userCode) {
      check(issuer)
      const found = pending.find((each) => each.user_code === userCode)
      if (found === undefined) throw missing('ERR_DEVICE_UNKNOWN', `the device request "${userCode}"`)
      return found
    },
    async actOnDevice(issuer, userCode, action) {
      check(issuer)
      told.push({ userCode, ...action })
    },
    async reset(issuer, options) {
      check(issuer)
      told.push({ reset: issuer, ...options })
    },
  }
}

function missing(code: string, what: string): UnderstudyError {
  return new UnderstudyError(code, 404, `Failed to find ${what}: there is none.`)
}
