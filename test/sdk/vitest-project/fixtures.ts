import type { FixturesModule } from '../../../src/fixtures/define.ts'

/** What the tests of this project share: a fault that was armed for all, and a function that no document has. */
export const fixtures: FixturesModule = {
  users: ['alice'],
  clients: [{ client_id: 'worker', client_secret: 's', grant_types: ['client_credentials'] }],
  faults: [{ fault: 'server_error', when: { endpoint: 'introspection' } }],
  claims: () => ({ from: 'the module' }),
}

/** What a client of these fixtures does: it asks for a token. */
export async function askForToken(issuer: string): Promise<number> {
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('worker:s')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  return answer.status
}
