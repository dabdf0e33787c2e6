import * as z from 'zod'
import { type Resettable, resettable } from './resettable.ts'

export const resetOptions = z.strictObject({ keep: z.array(z.enum(resettable)).optional() }).meta({ id: 'Reset' })

export interface ResetControl {
  /** Back to the fixtures: edits, faults, clock, tokens, sessions and journal; keys stay. */
  reset(issuer: string, options?: { keep?: readonly Resettable[] | undefined }): Promise<void>
}
