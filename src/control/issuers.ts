import * as z from 'zod'

export const issuerSummary = z
  .strictObject({
    name: z.string(),
    issuer: z.string().describe('Its URL; under `issuer: auto` the one under which the origin that asks knows it.'),
    persona: z.string(),
    users: z.int().describe('How many there are.'),
    clients: z.int().describe('How many there are.'),
    authorization_endpoint: z
      .string()
      .optional()
      .describe('Where a login begins, if there is no discovery document that names it.'),
  })
  .meta({ id: 'IssuerSummary', description: 'An issuer in a list.' })

export type IssuerSummary = z.output<typeof issuerSummary>

// What an issuer may have is the matter of the fixtures, whose mistakes tell what would be right.
export const newIssuer = z
  .looseObject({ name: z.string().optional().describe('The path it is at; left out: one is made up.') })
  .meta({ id: 'NewIssuer', description: 'A name, and every member that an issuer has in the fixtures.' })

export type NewIssuer = z.output<typeof newIssuer>

export interface IssuersControl {
  /** @param origin what `issuer: auto` stands for; over HTTP it is always the origin of the server's URL */
  issuers(origin?: string): Promise<IssuerSummary[]>
  /**
   * Starts an issuer beside those of the fixtures, until it is ended; where it is all data, also over restarts.
   *
   * @param declared its name, made up where left out, and what an issuer has in the fixtures
   * @param origin as above
   * @throws UnderstudyError `ERR_ISSUER_EXISTS`, `ERR_FIXTURES_INVALID` with every mistake
   */
  createIssuer(declared?: NewIssuer, origin?: string): Promise<IssuerSummary>
  /**
   * Ends an issuer that was created, and forgets all that it stored.
   *
   * @throws UnderstudyError `ERR_ISSUER_DECLARED` for one of the fixtures
   */
  endIssuer(name: string): Promise<void>
}
