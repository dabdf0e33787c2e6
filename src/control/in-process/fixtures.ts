import { check } from '../check.ts'
import type { FixturesControl } from '../fixtures.ts'
import type { Access } from './access.ts'

export function controlFixtures({ issuer: find }: Access): FixturesControl {
  return {
    async fixtures(issuer) {
      return (await find(issuer)).edits.export()
    },
    async patchFixtures(issuer, document) {
      const found = await find(issuer)
      const { fixturesDocument } = await import('../fixtures.ts')
      const edits = await found.edits.patch(check(fixturesDocument, document))
      const count = (member: string) => edits.filter((edit) => edit.member === member).length
      return {
        users: count('users'),
        clients: count('clients'),
        scopes: count('scopes'),
        resources: count('resources'),
        faults: count('faults'),
        scenarios: count('scenarios'),
      }
    },
  }
}
