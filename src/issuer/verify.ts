import type { ArmedFaultView, Arming } from '../faults/arming.ts'
import type { KnownFaults } from '../faults/catalog.ts'
import type { Fault } from '../faults/fault.ts'
import type { Journal } from '../journal/journal.ts'
import type { ArmedView } from '../journal/unfired.ts'
import { type VerifyReport, verify } from '../journal/verify.ts'

/**
 * Checks that an issuer was asked what a test expects, and that its armed faults have fired.
 *
 * @throws UnderstudyError `ERR_VERIFY_FAILED` (422), `ERR_REQUEST_INVALID` (400)
 */
export function verifyIssuer(
  { journal, arming }: { journal: Journal; arming: Arming },
  written?: unknown,
): VerifyReport {
  return verify(
    journal,
    arming.list().map((view) => withReach(view, arming.known)),
    written,
  )
}

/** An armed fault with where it can fire. */
function withReach(view: ArmedFaultView, known: KnownFaults): ArmedView {
  const names = [view.fault ?? [], (view.script ?? []).map(nameOfStep)].flat()
  const faults = names.flatMap((name) => known.find(name) ?? [])
  const grants = faults.every(({ grantTypes }) => grantTypes !== undefined)
  return {
    ...view,
    endpoints: union(faults, ({ endpoints }) => endpoints),
    ...(grants && { grantTypes: union(faults, ({ grantTypes = [] }) => grantTypes) }),
  }
}

function nameOfStep(step: unknown): string {
  return typeof step === 'string' ? step : String((step as { fault?: unknown } | null)?.fault)
}

function union(faults: readonly Fault[], of: (fault: Fault) => readonly string[]): string[] {
  return [...new Set(faults.flatMap(of))]
}
