import { UnderstudyError } from '../errors.ts'
import type { RunningIssuer } from '../issuer/issuer.ts'
import type { Issuers } from '../issuer/registry.ts'
import { mountOf } from '../provider/provider.ts'
import type { ArmedFaultView, Control, DeviceAction } from './control.ts'
import { version } from './version.ts'

/**
 * The control of the issuers of this very process.
 *
 * @param refresh brings edited fixtures into force; awaited before everything that looks at an issuer
 */
export function createControl(issuers: Issuers, refresh: () => void | Promise<void> = () => {}): Control {
  async function find(name: string): Promise<RunningIssuer> {
    await refresh()
    return issuers.get(name)
  }

  return {
    async health() {
      return { status: 'ok', version }
    },
    async issuers(origin) {
      await refresh()
      return [...issuers.all()].map((issuer) => summarize(issuer, origin))
    },
    async faults(issuer) {
      return (await find(issuer)).arming.list()
    },
    async fault(issuer, id) {
      return armed(await find(issuer), id)
    },
    async arm(issuer, spec) {
      const found = await find(issuer)
      const view = found.arming.arm(spec)
      await found.settled()
      return view
    },
    async disarm(issuer, id) {
      const found = await find(issuer)
      if (id !== undefined) armed(found, id)
      found.arming.disarm(id)
      await found.settled()
    },
    async scenarios(issuer) {
      return (await find(issuer)).arming.scenarios()
    },
    async toggleScenario(issuer, name, enabled) {
      const found = await find(issuer)
      const scenario = found.arming.toggleScenario(name, enabled)
      await found.settled()
      return scenario
    },
    async devices(issuer) {
      return (await find(issuer)).devices.pending()
    },
    async actOnDevice(issuer, userCode, action) {
      await act(await find(issuer), userCode, action)
    },
    async reset(issuer, { keep = [] } = {}) {
      await (await find(issuer)).reset(Object.fromEntries(keep.map((what) => [what, true])))
    },
  }
}

function summarize({ name, settings, provider }: RunningIssuer, origin: string | undefined) {
  const isNamedByOrigin = settings.issuer === 'auto' && origin !== undefined
  return {
    name,
    issuer: isNamedByOrigin ? origin + mountOf(name) : provider.naming.issuerFor(undefined),
    persona: settings.persona,
    users: settings.users.length,
    clients: settings.clients.length,
  }
}

function armed({ name, arming }: RunningIssuer, id: string): ArmedFaultView {
  const found = arming.list().find((view) => view.id === id)
  if (found !== undefined) return found
  throw new UnderstudyError(
    'ERR_ARMED_UNKNOWN',
    404,
    `Failed to find "${id}" on "${name}": no fault is armed by this id.`,
  )
}

async function act({ devices }: RunningIssuer, userCode: string, action: DeviceAction): Promise<void> {
  if (action.action === 'approve') await devices.approve(userCode, action.user)
  else await devices[action.action](userCode)
}
