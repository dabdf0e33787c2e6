import type { FixturesModule } from '../../../src/fixtures/define.ts'

/** Three people with roles, and the app that they use. */
export function fixturesFor(app: string): FixturesModule {
  return {
    users: [
      { username: 'alice', claims: { name: 'Alice', roles: ['admin'] } },
      { username: 'bob', claims: { name: 'Bob', roles: ['editor'] } },
      { username: 'carol', claims: { name: 'Carol', roles: ['reader'] } },
    ],
    scopes: { roles: { claims: ['roles'] } },
    clients: [{ client_id: 'app', client_secret: 's', redirect_uris: [`${app}/callback`], consent: 'skip' }],
  }
}
