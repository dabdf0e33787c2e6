import * as z from 'zod'

export const health = z
  .strictObject({ status: z.literal('ok'), version: z.string() })
  .meta({ id: 'Health', description: 'The server is up.' })

export type Health = z.output<typeof health>

export interface HealthControl {
  health(): Promise<Health>
}
