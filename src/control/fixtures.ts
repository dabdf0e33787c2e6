import * as z from 'zod'

export const fixturesDocument = z
  .record(z.string(), z.unknown(), { error: 'expected a fixtures document' })
  .meta({ id: 'Fixtures', description: 'The members of an issuer, as a fixtures file has them.' })

export type FixturesDocument = z.output<typeof fixturesDocument>

const count = z.int().describe('How many entries the document has brought.')

export const patchCounts = z
  .strictObject({ users: count, clients: count, scopes: count, resources: count, faults: count, scenarios: count })
  .meta({ id: 'FixturesPatched', description: 'What was merged in; other members are not counted.' })

export type PatchCounts = z.output<typeof patchCounts>

export interface FixturesControl {
  /**
   * What is in force, as a fixtures document that loads again to the same; functions of a module are left out. It is data:
   * where it is to be a file, `${` is to be written `$${`.
   */
  fixtures(issuer: string): Promise<FixturesDocument>
  /**
   * Merges a document in by key, as one more fixtures file would be. It is data: `${…}` is text in it.
   *
   * @throws UnderstudyError `ERR_FIXTURES_INVALID` with every mistake, and then nothing has changed
   */
  patchFixtures(issuer: string, document: unknown): Promise<PatchCounts>
}
