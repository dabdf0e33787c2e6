import { bodyFaults } from './answer/bodies.ts'
import { deviceAnswerFaults } from './answer/device.ts'
import { tokenAnswerFaults } from './answer/token.ts'
import { userinfoFaults } from './answer/userinfo.ts'
import { responseFaults } from './callback/responses.ts'
import { connectionFaults } from './connection/connections.ts'
import { handshakeFaults } from './connection/handshakes.ts'
import { hold } from './connection/hold.ts'
import { latency } from './connection/latency.ts'
import { plainAnswers } from './connection/plain-answers.ts'
import { authorizationCodes } from './endpoint/authorization.ts'
import { backchannelCodes } from './endpoint/backchannel.ts'
import { inactive } from './endpoint/inactive.ts'
import { pollingCodes } from './endpoint/polling.ts'
import { registrationCodes } from './endpoint/registration.ts'
import { dpopCodes, resourceCodes } from './endpoint/resource.ts'
import { sharedCodes } from './endpoint/shared.ts'
import { tokenCodes } from './endpoint/token.ts'
import { unsupportedTokenType } from './endpoint/unsupported-token-type.ts'
import type { Fault } from './fault.ts'
import { jwksFaults } from './keys/jwks.ts'
import { discoveryFaults } from './metadata/discovery.ts'
import { completeOwn, type OwnFault } from './own.ts'
import { noticeFaults } from './state/notices.ts'
import { stateFaults } from './state/states.ts'
import { bindingFaults } from './token/bindings.ts'
import { formFaults } from './token/forms.ts'
import { logoutFaults } from './token/logout.ts'
import { partyFaults } from './token/parties.ts'
import { signatureFaults } from './token/signatures.ts'
import { surpriseFaults } from './token/surprises.ts'
import { timeFaults } from './token/times.ts'

/** Every fault, by what it is about; families and faults in the order in which they are listed. */
export const families = {
  codes: [
    ...sharedCodes,
    ...authorizationCodes,
    ...tokenCodes,
    ...pollingCodes,
    ...backchannelCodes,
    ...resourceCodes,
    ...dpopCodes,
    ...registrationCodes,
    inactive,
    unsupportedTokenType,
  ],
  tokens: [
    ...partyFaults,
    ...timeFaults,
    ...bindingFaults,
    ...signatureFaults,
    ...formFaults,
    ...surpriseFaults,
    ...logoutFaults,
  ],
  metadata: [...jwksFaults, ...discoveryFaults],
  responses: responseFaults,
  answers: [...tokenAnswerFaults, ...bodyFaults, ...userinfoFaults, ...deviceAnswerFaults],
  state: [...stateFaults, ...noticeFaults],
  connection: [latency, hold, ...connectionFaults, ...plainAnswers, ...handshakeFaults],
} as const

export type FamilyName = keyof typeof families

export const catalog = Object.values(families).flat()

export type FaultName = (typeof catalog)[number]['name']

export const faultNames = catalog.map((fault) => fault.name) as [FaultName, ...FaultName[]]

const byName: ReadonlyMap<string, Fault> = new Map(catalog.map((fault) => [fault.name, fault]))

/** Those that fixtures modules have declared; the process has them, as it has the catalog. */
const own = new Map<string, Fault>()

/** Adds a fault of somebody's own, in place of one of the same name; armed ones stay as they were. */
export function addOwnFault(fault: OwnFault): void {
  own.set(fault.name, completeOwn(fault))
}

/** The names of all faults, those of the catalog first. */
export function allFaultNames(): string[] {
  return [...faultNames, ...own.keys()]
}

/** The fault of a name, or undefined. */
export function findFault(name: string): Fault | undefined {
  return byName.get(name) ?? own.get(name)
}
