import type { CreatedIssuer, IssuerModule, Understudy } from '../../src/index.ts'
import type { Library, RelyingParty, Seen, Target } from './library.ts'
import { oneKey } from './one-key.ts'
import type { Row } from './rows.ts'
import { startTrusted } from './trusted.ts'

/** What became of a fault: the part that was refused and the library's code (`callback: CODE`), or one of these. */
export type Outcome = string

export const accepted: Outcome = 'accepted'
/** The library does not ask there, or has not asked for what would be wrong. */
export const notMet: Outcome = 'not met'
/** The browser stayed with the server: nobody has asked the library. */
export const notCalledBack: Outcome = 'not called back'

const clientId = 'app'
const clientSecret = 'app-secret'
const longPatienceMs = 20_000

/**
 * Lets an app meet a fault, on an issuer of its own: a round without it, the round with it, and one more without.
 *
 * @throws Error where a round without the fault is not accepted, since nothing could be told from the other then
 */
export async function play(idp: Understudy, library: Library, party: RelyingParty, row: Row): Promise<Outcome> {
  const { registered } = row
  if (registered !== undefined && !library.registers?.includes(registered)) return notMet
  return row.https ? playOverTls(library, party, row) : playAt(idp, idp, library, party, row)
}

/** Connections that are open see no certificate any more, so that the control is at another server. */
async function playOverTls(library: Library, party: RelyingParty, row: Row): Promise<Outcome> {
  if (library.plainHttpOnly) return notMet
  await using control = await startTrusted()
  await using idp = await startTrusted()
  return await playAt(control, idp, library, party, row)
}

async function playAt(
  control: Understudy,
  idp: Understudy,
  library: Library,
  party: RelyingParty,
  row: Row,
): Promise<Outcome> {
  const fixtures = await fixturesFor(library, party, row)
  await using issuer = await idp.createIssuer(fixtures)
  await using other = control === idp ? undefined : await control.createIssuer(fixtures)
  hold(await party.login(targetAt(other ?? issuer, library, row)), `${library.name} without ${row.id}`)
  const { id } = await issuer.arm(row.arm)
  const seen = await party.login({ ...targetAt(issuer, library, row), timeoutMs: row.patienceMs })
  const outcome = await outcomeOf(issuer, id, seen, row)
  if (outcome === notMet) return outcome
  // What has gone wrong with users, secrets and keys stays so.
  await (row.acts === 'state' ? issuer.reset() : issuer.disarm())
  hold(await party.login(targetAt(issuer, library, row)), `${library.name} after ${row.id}`)
  return outcome
}

async function fixturesFor(library: Library, { redirectUri }: RelyingParty, row: Row): Promise<IssuerModule> {
  const { client, isPublic } = library
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
        ...(row.registered !== undefined && { [row.registered]: 'RS256' }),
        ...client,
      },
    ],
    ...(row.singleKey && { keys: await oneKey() }),
  }
}

function targetAt({ url }: CreatedIssuer, { isPublic }: Library, { registered }: Row): Target {
  return {
    issuer: url,
    clientId,
    clientSecret: isPublic ? undefined : clientSecret,
    timeoutMs: longPatienceMs,
    metadata: registered === undefined ? {} : { [registered]: 'RS256' },
  }
}

function hold(seen: Seen, what: string): void {
  if (seen.did !== 'accept') throw new Error(`Failed to try ${what}: the round came to ${JSON.stringify(seen)}.`)
}

async function outcomeOf(issuer: CreatedIssuer, id: string, seen: Seen, row: Row): Promise<Outcome> {
  // By the armed fault's own counter.
  const fires = (await issuer.armed()).find((armed) => armed.id === id)?.fires ?? 0
  if (fires === 0) {
    hold(seen, `${row.id}, which did not fire`)
    return notMet
  }
  if (seen.did === 'reject') return `${seen.part}: ${seen.code}`
  if (seen.did === 'wait') return notCalledBack
  return (await hasAsked(issuer, row.needs)) ? accepted : notMet
}

/** Whether the library has asked for what is wrong then, so that it has something to look at. */
async function hasAsked(issuer: CreatedIssuer, parameter: string | undefined): Promise<boolean> {
  if (parameter === undefined) return true
  const requests = await issuer.requests({ endpoint: 'authorization' })
  return requests.some(({ params }) => parameter in params)
}
