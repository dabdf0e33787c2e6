import type { CreatedIssuer, IssuerModule, Understudy } from '../../src/index.ts'
import type { Library, RelyingParty, Seen, Target } from './library.ts'
import { oneKey } from './one-key.ts'
import { notMet, type Outcome, outcomeOf } from './outcome.ts'
import type { Row } from './rows.ts'
import { startTrusted } from './trusted.ts'

const clientId = 'app'
const clientSecret = 'app-secret'
const longPatienceMs = 20_000

/** Lets one library meet faults, several at once, each on an issuer that nobody else uses meanwhile. */
export class Stage {
  readonly #idp: Understudy
  readonly #library: Library
  readonly #party: RelyingParty
  /** Issuers where the last round was good. */
  readonly #proven: CreatedIssuer[] = []

  constructor(idp: Understudy, library: Library, party: RelyingParty) {
    this.#idp = idp
    this.#library = library
    this.#party = party
  }

  /**
   * A round without the fault, the round with it, and one more without, which is the first of the next fault on this
   * issuer.
   *
   * @throws Error where a round without the fault is not accepted, since nothing could be told from the other then
   */
  async play(row: Row): Promise<Outcome> {
    const { registered, https, singleKey, acts } = row
    if (registered !== undefined && !this.#library.registers?.includes(registered)) return notMet
    if (https) return this.#library.plainHttpOnly ? notMet : await this.#playOverTls(row)
    const isOfItsOwn = registered !== undefined || singleKey === true || acts === 'state'
    if (isOfItsOwn) return await this.#playAlone(row)
    const issuer = this.#proven.pop() ?? (await this.#prove(this.#idp, row))
    const outcome = await this.#meet(issuer, row)
    await issuer.disarm()
    if (outcome !== notMet) await this.#hold(issuer, row, 'after')
    this.#proven.push(issuer)
    return outcome
  }

  /** What goes wrong with users, secrets and keys stays so, and others have an issuer that is not as usual. */
  async #playAlone(row: Row): Promise<Outcome> {
    await using issuer = await this.#prove(this.#idp, row)
    const outcome = await this.#meet(issuer, row)
    await issuer.reset()
    await this.#hold(issuer, row, 'after')
    return outcome
  }

  /** Connections that are open see no certificate any more, so that the first round is at another server. */
  async #playOverTls(row: Row): Promise<Outcome> {
    await using control = await startTrusted()
    await using idp = await startTrusted()
    await this.#prove(control, row)
    await using issuer = await idp.createIssuer(await this.#fixturesFor(row))
    const outcome = await this.#meet(issuer, row)
    await issuer.disarm()
    await this.#hold(issuer, row, 'after')
    return outcome
  }

  /** An issuer where a round is good. */
  async #prove(idp: Understudy, row: Row): Promise<CreatedIssuer> {
    const issuer = await idp.createIssuer(await this.#fixturesFor(row))
    await this.#hold(issuer, row, 'without')
    return issuer
  }

  async #meet(issuer: CreatedIssuer, row: Row): Promise<Outcome> {
    const { id } = await issuer.arm(row.arm)
    return outcomeOf(issuer, id, await this.#login(issuer, row, row.patienceMs), row)
  }

  async #hold(issuer: CreatedIssuer, row: Row, when: 'without' | 'after'): Promise<void> {
    const seen = await this.#login(issuer, row, longPatienceMs)
    if (seen.did === 'accept') return
    throw new Error(`Failed to try ${this.#library.name} ${when} ${row.id}: the round came to ${JSON.stringify(seen)}.`)
  }

  #login(issuer: CreatedIssuer, { registered }: Row, timeoutMs: number): Promise<Seen> {
    const target: Target = {
      issuer: issuer.url,
      clientId,
      clientSecret: this.#library.isPublic ? undefined : clientSecret,
      timeoutMs,
      metadata: registered === undefined ? {} : { [registered]: 'RS256' },
    }
    return this.#party.login(target)
  }

  async #fixturesFor({ registered, singleKey }: Row): Promise<IssuerModule> {
    const { client, isPublic } = this.#library
    return {
      users: [{ username: 'alice', sub: '100101', claims: { name: 'Alice', email: 'alice@example.com' } }],
      clients: [
        {
          client_id: clientId,
          ...(isPublic !== true && { client_secret: clientSecret }),
          redirect_uris: [this.#party.redirectUri],
          grant_types: ['authorization_code', 'refresh_token'],
          consent: 'skip',
          auto_login: 'alice',
          ...(registered !== undefined && { [registered]: 'RS256' }),
          ...client,
        },
      ],
      ...(singleKey && { keys: await oneKey() }),
    }
  }
}
