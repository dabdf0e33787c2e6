import * as z from 'zod'

export const issuerSummary = z
  .strictObject({
    name: z.string(),
    issuer: z.string().describe('Its URL; under `issuer: auto` the one under which the origin that asks knows it.'),
    persona: z.string(),
    users: z.int().describe('How many there are.'),
    clients: z.int().describe('How many there are.'),
  })
  .meta({ id: 'IssuerSummary', description: 'An issuer in a list.' })

export type IssuerSummary = z.output<typeof issuerSummary>

export interface IssuersControl {
  /** @param origin what `issuer: auto` stands for; over HTTP it is always the origin of the server's URL */
  issuers(origin?: string): Promise<IssuerSummary[]>
}
