import { type FamilyName, families } from '../../src/faults/catalog.ts'
import type { ClientVerdict, Fault } from '../../src/faults/fault.ts'
import type { ArmedFaultInput } from '../../src/index.ts'

/** A fault that a client's round may meet, and where. */
export interface Row {
  /** Unique: the fault, and where it is, where it has several rows. */
  id: string
  family: FamilyName
  fault: Fault
  armed: ArmedFaultInput
  /** What a correct client does. */
  expected: ClientVerdict
}

const tried: (ArmedFaultInput & { fault: string })[] = [
  { fault: 'invalid_grant', when: { endpoint: 'token', grant_type: 'authorization_code' } },
  { fault: 'invalid-iss', when: { token: 'id_token' } },
  { fault: 'invalid-sig', when: { token: 'id_token' } },
  { fault: 'aud-as-array', when: { token: 'id_token' } },
  { fault: 'jwks-empty' },
  { fault: 'discovery-html' },
  { fault: 'wrong-state' },
  { fault: 'code-replayed' },
  { fault: 'never-returns' },
  { fault: 'userinfo-invalid-sub' },
  { fault: 'refresh-token-invalid-issuer' },
  { fault: 'user-locked' },
  { fault: 'connection-reset', when: { endpoint: 'token' } },
]

const allFamilies = Object.entries(families) as [FamilyName, readonly Fault[]][]

export const rows: readonly Row[] = allFamilies.flatMap(([family, faults]) =>
  faults.flatMap((fault) =>
    tried
      .filter((each) => each.fault === fault.name)
      .map((armed) => ({ id: fault.name, family, fault, armed, expected: fault.client })),
  ),
)
