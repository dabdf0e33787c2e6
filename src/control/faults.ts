import * as z from 'zod'
import type { ArmedFaultView } from '../faults/view.ts'

export type { ArmedFaultView } from '../faults/view.ts'

const json = z.record(z.string(), z.unknown())

const heldRequest = z
  .strictObject({
    request: z
      .int()
      .describe('By which it can be released alone: counted as they come, anew when none is held any more.'),
    endpoint: z.string(),
    client: z.string().optional(),
    tag: z.string().optional(),
    held_ms: z.int(),
  })
  .meta({ id: 'HeldRequest', description: 'A request that a fault holds.' })

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
    waiting: z.int().optional().describe('How many requests it holds now; left out of faults that never hold any.'),
    held: z.array(heldRequest).optional().describe('Those, in the order in which they came.'),
  })
  .meta({ id: 'ArmedFault', description: 'An armed fault with its counters.' }) satisfies z.ZodType<ArmedFaultView>

// What a spec may say is the matter of the faults themselves, whose mistakes tell what would be right.
export const armedFaultSpec = z
  .record(z.string(), z.unknown(), { error: 'expected an armed fault, as the fixtures write it' })
  .meta({ id: 'FaultSpec', description: 'A fault, or a script of faults, as the fixtures write it.' })

export const releaseOptions = z
  .strictObject({ request: z.int().positive().optional().describe('The one to release, of `held`. Default: all.') })
  .optional()
  .meta({ id: 'Release' })

export type ReleaseOptions = NonNullable<z.input<typeof releaseOptions>>

export const releaseReport = z
  .strictObject({ released: z.int().describe('How many go on.'), waiting: z.int().describe('How many wait still.') })
  .meta({ id: 'ReleaseReport' })

export type ReleaseReport = z.output<typeof releaseReport>

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
  /**
   * Lets go on what a fault holds.
   *
   * @throws UnderstudyError `ERR_ARMED_UNKNOWN`, or `ERR_NOT_HELD` where it holds nothing, or not the request that is named
   */
  release(issuer: string, id: string, options?: ReleaseOptions): Promise<ReleaseReport>
}
