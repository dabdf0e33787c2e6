import type { Control } from '../control/control.ts'
import type { ArmedFaultView, ReleaseOptions, ReleaseReport } from '../control/faults.ts'
import { UnderstudyError } from '../errors.ts'
import type { FaultName } from '../faults/catalog.ts'
import type { ArmedFaultInput } from '../faults/spec.ts'

/** A fault by name, or as the fixtures write it. */
export type ArmInput = FaultName | `x-${string}` | ArmedFaultInput

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
  /**
   * Waits until a `hold` has requests in its hand, which it may have fired at a little earlier.
   *
   * @param requests how many at once; default: one
   * @throws UnderstudyError `ERR_NOT_HELD` where it has not by then
   */
  holding(requests?: number, waiting?: Waiting): Promise<ArmedFaultView>
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

/** How often is looked at what a fault has done. */
const glanceMs = 10

export function faultsOf(control: Control, issuer: string): Faults {
  /** Looks at a fault until it is as it should be, or `inVain` says what to throw. */
  async function until(
    id: string,
    isSo: (view: ArmedFaultView) => boolean,
    inVain: (view: ArmedFaultView, isOver: boolean) => UnderstudyError | undefined,
    waitMs: number,
  ): Promise<ArmedFaultView> {
    const untilMs = Date.now() + waitMs
    for (;;) {
      const view = await control.fault(issuer, id)
      if (isSo(view)) return view
      const failure = inVain(view, Date.now() > untilMs)
      if (failure !== undefined) throw failure
      await new Promise((resolve) => setTimeout(resolve, glanceMs))
    }
  }

  function fired(id: string, times: number, { waitMs = 5000 }: Waiting): Promise<ArmedFaultView> {
    const inVain = (view: ArmedFaultView, isOver: boolean) =>
      view.spent || isOver ? unfired(view, times, waitMs) : undefined
    return until(id, ({ fires }) => fires >= times, inVain, waitMs)
  }

  function holding(id: string, requests: number, { waitMs = 5000 }: Waiting): Promise<ArmedFaultView> {
    const inVain = (view: ArmedFaultView, isOver: boolean) => (isOver ? notHeld(view, requests, waitMs) : undefined)
    return until(id, ({ waiting = 0 }) => waiting >= requests, inVain, waitMs)
  }

  return {
    async arm(fault) {
      const view = await control.arm(issuer, typeof fault === 'string' ? { fault } : fault)
      const { id } = view
      return {
        ...view,
        fired: (times = 1, waiting = {}) => fired(id, times, waiting),
        holding: (requests = 1, waiting = {}) => holding(id, requests, waiting),
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

function notHeld(
  { id, fault, matches, waiting = 0 }: ArmedFaultView,
  requests: number,
  waitMs: number,
): UnderstudyError {
  return new UnderstudyError(
    'ERR_NOT_HELD',
    408,
    `Failed to see ${fault ?? 'the script'} (${id}) hold ${requests} requests: ${matches} requests matched it, and it held ${waiting} after ${waitMs / 1000} s. Look at what it is armed for.`,
  )
}
