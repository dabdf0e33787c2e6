import * as z from 'zod'
import type { ArmedFaultView } from '../faults/view.ts'

export type { ArmedFaultView } from '../faults/view.ts'

const json = z.record(z.string(), z.unknown())

export const armedFaultView = z
  .strictObject({
    id: z.string(),
    fault: z.string().optional().describe('Its name; left out for a script.'),
    script: z.array(z.unknown()).optional(),
    with: json.optional(),
    when: json,
    skip: z.int(),
    times: z.union([z.int(), z.literal('always')]),
    per: z.enum(['issuer', 'client', 'flow']),
    probability: z.number().optional(),
    seed: z.number().optional().describe('Of the dice: as it was given, or as it was chosen.'),
    for: z.number().optional().describe('How long it stays armed, in seconds from when it was armed.'),
    origin: z.enum(['fixtures', 'admin', 'scenario']).describe('Where it came from.'),
    scenario: z.string().optional(),
    matches: z.int().describe('Requests that matched, whether or not it fired.'),
    fires: z.int(),
    spent: z.boolean().describe('Whether it can never fire again.'),
  })
  .meta({ id: 'ArmedFault', description: 'An armed fault with its counters.' }) satisfies z.ZodType<ArmedFaultView>

export interface FaultsControl {
  faults(issuer: string): Promise<ArmedFaultView[]>
  /** @throws UnderstudyError `ERR_ARMED_UNKNOWN` */
  fault(issuer: string, id: string): Promise<ArmedFaultView>
  /**
   * Arms a fault, written as the fixtures write it.
   *
   * @throws UnderstudyError `ERR_FAULT_UNKNOWN`, `ERR_FAULT_INVALID`
   */
  arm(issuer: string, spec: unknown): Promise<ArmedFaultView>
  /**
   * Disarms one, or all of an issuer.
   *
   * @throws UnderstudyError `ERR_ARMED_UNKNOWN`
   */
  disarm(issuer: string, id?: string): Promise<void>
}
