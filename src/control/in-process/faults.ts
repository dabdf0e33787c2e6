import { UnderstudyError } from '../../errors.ts'
import type { RunningIssuer } from '../../issuer/issuer.ts'
import type { HeldRequest, Waits } from '../../issuer/waits.ts'
import { check } from '../check.ts'
import type { ArmedFaultView, FaultsControl } from '../faults.ts'
import type { Access } from './access.ts'

export function controlFaults({ issuer: find }: Access): FaultsControl {
  return {
    async faults(issuer) {
      const { arming, waits } = await find(issuer)
      return arming.list().map((view) => withHeld(view, waits))
    },
    async fault(issuer, id) {
      return armed(await find(issuer), id)
    },
    async arm(issuer, spec) {
      const found = await find(issuer)
      const { armedFaultSpec } = await import('../faults.ts')
      const view = found.arming.arm(check(armedFaultSpec, spec))
      await found.settled()
      return withHeld(view, found.waits)
    },
    async disarm(issuer, id) {
      const found = await find(issuer)
      if (id !== undefined) armed(found, id)
      found.arming.disarm(id)
      await found.settled()
    },
    async release(issuer, id, options) {
      const found = await find(issuer)
      const { releaseOptions } = await import('../faults.ts')
      const { request } = check(releaseOptions, options) ?? {}
      const held = found.waits.heldBy(id)
      const view = held.length === 0 ? armed(found, id) : undefined
      const released = found.waits.release(id, request)
      if (released === 0) throw notHeld(id, request, { held, mayHold: view === undefined || 'waiting' in view })
      return { released, waiting: found.waits.heldBy(id).length }
    },
  }
}

/** What it holds, for a fault that may hold something. */
function withHeld(view: ArmedFaultView, waits: Waits): ArmedFaultView {
  const held = waits.heldBy(view.id).map(({ heldMs, ...each }) => ({ ...each, held_ms: heldMs }))
  const { fault, script = [] } = view
  const steps = [fault, ...script].map((step) => (typeof step === 'string' ? step : Object(step).fault))
  return held.length > 0 || steps.includes('hold') ? { ...view, waiting: held.length, held } : view
}

interface Holding {
  held: readonly HeldRequest[]
  /** Whether it is a fault that lets requests wait for their release. */
  mayHold: boolean
}

function notHeld(id: string, request: number | undefined, { held, mayHold }: Holding): UnderstudyError {
  const numbers = held.map((each) => each.request).join(', ')
  const never = 'it never holds a request: only hold does. Disarm it, if it is to act no more.'
  const why = !mayHold
    ? never
    : held.length === 0 || request === undefined
      ? 'it holds no request now. Wait until GET faults/{id} says that something is waiting.'
      : `it does not hold a request ${request}. It holds ${numbers}.`
  return new UnderstudyError('ERR_NOT_HELD', 409, `Failed to release "${id}": ${why}`)
}

function armed({ name, arming, waits }: RunningIssuer, id: string): ArmedFaultView {
  const found = arming.list().find((view) => view.id === id)
  if (found !== undefined) return withHeld(found, waits)
  throw new UnderstudyError(
    'ERR_ARMED_UNKNOWN',
    404,
    `Failed to find "${id}" on "${name}": no fault is armed by this id.`,
  )
}
