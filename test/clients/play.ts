import type { CreatedIssuer, IssuerModule, Understudy } from '../../src/index.ts'
import type { Library, RelyingParty, Seen } from './library.ts'
import type { Row } from './rows.ts'

/** What became of a fault: `accepted`, `not met`, `not called back`, or the part that was refused and the library's code. */
export type Outcome = string

export const accepted: Outcome = 'accepted'
export const notMet: Outcome = 'not met'
export const notCalledBack: Outcome = 'not called back'

const clientId = 'app'
const clientSecret = 'app-secret'

/** How long a library may wait, in milliseconds: ever so long, and less than a fault that lets it wait in vain. */
const patienceMs = { good: 20_000, faulty: 1500 }

/**
 * Lets an app meet a fault, on an issuer of its own: a round without it, the round with it, and one more without.
 *
 * @throws Error where a round without the fault is not accepted, since nothing could be told from the other then
 */
export async function play(idp: Understudy, library: Library, party: RelyingParty, row: Row): Promise<Outcome> {
  await using issuer = await idp.createIssuer(fixturesFor(library, party))
  const login = (timeoutMs: number) => party.login(targetAt(issuer, library, timeoutMs))
  hold(await login(patienceMs.good), `${library.name} without ${row.id}`)
  const armed = await issuer.arm({ ...row.armed, times: 1 })
  const seen = await login(patienceMs.faulty)
  const outcome = await outcomeOf(issuer, armed.id, seen, row)
  // What has gone wrong with users, secrets and keys stays so.
  if (row.fault.acts === 'state') await issuer.reset()
  else await issuer.disarm()
  hold(await login(patienceMs.good), `${library.name} after ${row.id}`)
  return outcome
}

function fixturesFor({ client, isPublic }: Library, { redirectUri }: RelyingParty): IssuerModule {
  return {
    users: [{ username: 'alice', sub: '100101', claims: { name: 'Alice', email: 'alice@example.com' } }],
    clients: [
      {
        client_id: clientId,
        ...(isPublic !== true && { client_secret: clientSecret }),
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        consent: 'skip',
        auto_login: 'alice',
        ...client,
      },
    ],
  }
}

function targetAt({ url }: CreatedIssuer, { isPublic }: Library, timeoutMs: number) {
  return { issuer: url, clientId, clientSecret: isPublic ? undefined : clientSecret, timeoutMs }
}

function hold(seen: Seen, what: string): void {
  if (seen.did !== 'accept') throw new Error(`Failed to try ${what}: the round came to ${JSON.stringify(seen)}.`)
}

/** By the armed fault's own counter. */
async function outcomeOf(issuer: CreatedIssuer, id: string, seen: Seen, row: Row): Promise<Outcome> {
  const fires = (await issuer.armed()).find((armed) => armed.id === id)?.fires
  if (fires === 0) {
    hold(seen, `${row.id}, which did not fire`)
    return notMet
  }
  if (fires !== 1) throw new Error(`Failed to try ${row.id}: it fired ${fires} times, rather than once.`)
  if (seen.did === 'wait') return notCalledBack
  return seen.did === 'accept' ? accepted : `${seen.part}: ${seen.code}`
}
