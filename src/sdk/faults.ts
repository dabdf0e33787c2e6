import type { Control } from '../control/control.ts'
import type { ArmedFaultView, ReleaseOptions, ReleaseReport } from '../control/faults.ts'
import { UnderstudyError } from '../errors.ts'
import type { FaultName } from '../faults/catalog.ts'
import type { ArmedFaultInput } from '../faults/spec.ts'

/** A fault by name, or as the fixtures write it. */
export type ArmInput = FaultName | ArmedFaultInput

/** How long something is waited for. */
export interface Waiting {
  /** In milliseconds. Default: 5,000. */
  waitMs?: number | undefined
}

/** A fault as it was armed, and what can be done with it. */
export interface ArmedFault extends ArmedFaultView {
  /**
   * Waits until it has fired.
   *
   * @param times how often; default: once
   * @throws UnderstudyError `ERR_FAULT_UNFIRED` where it has not by then
   */
  fired(times?: number, waiting?: Waiting): Promise<ArmedFaultView>
  /** Lets the requests go on that it holds: all, or one of `held`. */
  release(options?: ReleaseOptions): Promise<ReleaseReport>
  disarm(): Promise<void>
}

/** The verbs of the faults of one issuer. */
export interface Faults {
  /** Arms a fault, and tells what was armed. */
  arm(fault: ArmInput): Promise<ArmedFault>
  /** Every armed fault, with how often it matched and fired. */
  armed(): Promise<ArmedFaultView[]>
  /** Disarms one, or all. */
  disarm(id?: string): Promise<void>
}

/** How often is looked whether a fault has fired. */
const glanceMs = 10

export function faultsOf(control: Control, issuer: string): Faults {
  async function fired(id: string, times: number, { waitMs = 5000 }: Waiting): Promise<ArmedFaultView> {
    const untilMs = Date.now() + waitMs
    for (;;) {
      const view = await control.fault(issuer, id)
      if (view.fires >= times) return view
      if (view.spent || Date.now() > untilMs) throw unfired(view, times, waitMs)
      await new Promise((resolve) => setTimeout(resolve, glanceMs))
    }
  }

  return {
    async arm(fault) {
      const view = await control.arm(issuer, typeof fault === 'string' ? { fault } : fault)
      const { id } = view
      return {
        ...view,
        fired: (times = 1, waiting = {}) => fired(id, times, waiting),
        release: (options) => control.release(issuer, id, options),
        disarm: () => control.disarm(issuer, id),
      }
    },
    armed: () => control.faults(issuer),
    disarm: (id) => control.disarm(issuer, id),
  }
}

function unfired({ id, fault, matches, fires, spent }: ArmedFaultView, times: number, waitMs: number): UnderstudyError {
  const why = spent ? 'and never will again' : `in ${waitMs / 1000} s`
  return new UnderstudyError(
    'ERR_FAULT_UNFIRED',
    408,
    `Failed to see ${fault ?? 'the script'} (${id}) fire ${times} times: ${matches} requests matched it, and it fired ${fires} times ${why}. Look at what it is armed for.`,
  )
}
