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

/** The fault of the catalog that has a name, or undefined. */
export function findFault(name: string): Fault | undefined {
  return byName.get(name)
}

/** The faults that an issuer knows. */
export interface KnownFaults {
  find(name: string): Fault | undefined
  /** The names of those that it has beside the catalog's. */
  own: readonly string[]
}

/** The faults of the catalog, and those of somebody's own; of two of one name the later counts. */
export function knownFaults(declared: readonly OwnFault[] = []): KnownFaults {
  const own: ReadonlyMap<string, Fault> = new Map(declared.map((fault) => [fault.name, completeOwn(fault)]))
  return { find: (name) => byName.get(name) ?? own.get(name), own: [...own.keys()] }
}

/** The faults of the catalog alone. */
export const catalogFaults: KnownFaults = knownFaults()
