import { UnderstudyError } from '../../errors.ts'
import type { RunningIssuer } from '../../issuer/issuer.ts'
import type { ArmedFaultView, FaultsControl } from '../faults.ts'
import type { Access } from './access.ts'

export function controlFaults({ issuer: find }: Access): FaultsControl {
  return {
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
