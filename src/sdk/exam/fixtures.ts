import type { FixturesModule } from '../../fixtures/define.ts'

/** What a client is examined with where nothing else is said. */
export const examFixtures: FixturesModule = {
  users: [
    {
      username: 'alice',
      sub: '100101',
      claims: { name: 'Alice Liddell', email: 'alice@example.com', email_verified: true, groups: ['admin'] },
    },
  ],
  clients: [
    {
      client_id: 'exam-client',
      client_secret: 'exam-client-secret',
      redirect_uris: ['http://localhost/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      consent: 'skip',
      auto_login: 'alice',
    },
  ],
}
