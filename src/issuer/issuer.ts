import { randomBytes } from 'node:crypto'
import type { ClientTrust } from '../certificates/client.ts'
import type { Clock } from '../domain/clock.ts'
import type { PageClient, Render } from '../domain/pages.ts'
import { Arming } from '../faults/arming.ts'
import { type KnownFaults, knownFaults } from '../faults/catalog.ts'
import { disarmedBy } from '../faults/records.ts'
import { personaFor } from '../fixtures/persona-choice.ts'
import { servedBy } from '../fixtures/personas.ts'
import type { IssuerFixtures } from '../fixtures/schema.ts'
import { createSigns } from '../fixtures/signs.ts'
import { Journal } from '../journal/journal.ts'
import type { RingLimits } from '../journal/ring.ts'
import type { Persona } from '../personas/persona.ts'
import type { CookieSigner } from '../provider/cookie-signer.ts'
import type { KeyRotation } from '../provider/key-rotation.ts'
import type { SigningKeys } from '../provider/keys.ts'
import { createProvider, type IssuerProvider } from '../provider/provider.ts'
import type { Bucket } from '../store/store.ts'
import { IssuerBucket } from './bucket.ts'
import { findIssuerMistakes } from './check.ts'
import { describeMisfits, IssuerEdits } from './edits.ts'
import { IssuerFaults } from './issuer-faults.ts'
import { KeptClock } from './kept-clock.ts'
import { KeyRing } from './key-ring.ts'
import { Remembered } from './remembered.ts'
import { createStateEffects } from './state-effects.ts'
import { Waits } from './waits.ts'

/** What every issuer of a process shares. */
export interface IssuerEnvironment {
  render: Render
  cookieSigner: CookieSigner
  fallbackOrigin: () => string
  /** How clients' certificates get here; undefined where none can. */
  clientTrust?: ClientTrust | undefined
  /** Is told in words what is not as somebody wanted it. */
  warn?: (message: string) => void
}

/** What a reset may leave as it is. */
export interface Keep {
  faults?: boolean
  clock?: boolean
  tokens?: boolean
  sessions?: boolean
  /** What was edited at run time. */
  fixtures?: boolean
  requests?: boolean
}

/** Ids that people can type. */
function shortId(): string {
  return randomBytes(4).toString('hex')
}

/** The persona that an issuer plays. */
export function personaOf(settings: IssuerFixtures): Persona {
  return personaFor(settings.persona)
}

/** How much of the journal is kept. */
function limitsOf({ journal }: IssuerFixtures): RingLimits {
  return { maxEntries: journal.max_entries, maxBytes: journal.max_bytes }
}

/** One issuer as it runs: its provider, its clock, its armed faults, its journal. */
export class RunningIssuer {
  readonly name: string
  readonly arming: Arming
  readonly waits = new Waits()
  readonly faults: IssuerFaults
  readonly journal: Journal
  readonly #environment: IssuerEnvironment
  readonly #records: IssuerBucket
  #bucket: IssuerBucket
  #settings: IssuerFixtures
  #known: KnownFaults
  readonly keys: KeyRing
  readonly edits: IssuerEdits
  #provider: IssuerProvider
  readonly #remembered: Remembered
  readonly #time: KeptClock

  /** Takes up an issuer where it was left: with the clock and the armed faults that its records tell of. */
  static async resume(...parts: ConstructorParameters<typeof RunningIssuer>): Promise<RunningIssuer> {
    const issuer = new RunningIssuer(...parts)
    await issuer.#resume()
    return issuer
  }

  /**
   * @param records where everything of this issuer is kept
   */
  constructor(
    name: string,
    settings: IssuerFixtures,
    keys: SigningKeys,
    records: Bucket,
    environment: IssuerEnvironment,
  ) {
    this.name = name
    this.#environment = environment
    this.#records = new IssuerBucket(records)
    this.#remembered = new Remembered(this.#records)
    this.#time = new KeptClock(this.#remembered)
    this.#bucket = new IssuerBucket(this.#records)
    this.#settings = settings
    this.#known = knownFaults(settings.hooks.ownFaults)
    this.keys = new KeyRing(keys, (kept) => this.#remembered.put('Keys', 'rotated', kept))
    this.journal = new Journal(limitsOf(settings), () => this.clock.nowMs())
    this.arming = new Arming({
      nowMs: () => this.clock.nowMs(),
      newId: shortId,
      known: () => this.#known,
      takesRequestFaults: () => this.#settings.request_faults,
      keyCount: () => this.keys.current.keys.filter(({ use }) => use !== 'enc').length,
      signs: (...asked) => createSigns(this.#settings, personaOf(this.#settings))(...asked),
      serves: () => servedBy(personaOf(this.#settings)),
      speaksTls: () => environment.clientTrust?.tls === true,
      onChange: (record) => {
        const disarmed = disarmedBy(record)
        if (disarmed !== undefined) this.waits.release(disarmed, undefined, 'let_go')
        this.#remembered.put('Arming', record.key, record.value)
      },
    })
    this.edits = new IssuerEdits(settings, this.#records, {
      entries: () => ({ settings: this.#settings, users: this.#provider.users.declared }),
      checkIssuer: async (edited) => findIssuerMistakes(edited, this.keys.current, environment),
      takeOver: (edited) => this.#takeOver(edited),
      onMisfits: (misfits) => environment.warn?.(describeMisfits(name, misfits)),
    })
    this.faults = this.#meetFaults()
    this.#provider = this.#makeProvider()
  }

  get clock(): Clock {
    return this.#time.clock
  }

  get settings(): IssuerFixtures {
    return this.#settings
  }

  get provider(): IssuerProvider {
    return this.#provider
  }

  get devices(): IssuerProvider['devices'] {
    return this.#provider.devices
  }

  /** Takes over edited fixtures: in force on the next request, while tokens, sessions and counters live on. */
  async update(settings: IssuerFixtures, keys: SigningKeys): Promise<void> {
    this.keys.adopt(keys)
    await this.edits.declare(settings)
  }

  /** Writes nothing any more, whatever is still under way, and lets nobody wait. */
  end(): void {
    this.#records.retire()
    this.waits.end()
    this.journal.end()
  }

  /** Back to the fixtures: edits, faults, clock, journal, tokens and sessions; what a slow request still writes is lost. Keys stay. */
  async reset(keep: Keep = {}): Promise<void> {
    const { faults = false, clock = false, tokens = false, sessions = false, requests = false } = keep
    if (!keep.fixtures) await this.edits.reset()
    if (!clock) this.#time.reset()
    if (!faults) {
      this.arming.reset()
      this.waits.letGo()
    }
    if (!requests) this.journal.clear()
    await this.settled()
    if (tokens && sessions) return
    const old = this.#bucket
    old.retire()
    this.#bucket = new IssuerBucket(this.#records)
    this.#provider = this.#makeProvider()
    await old.clearFlows({ sessions, tokens, registrations: keep.fixtures })
  }

  /**
   * Moves the issuer's clock forward.
   *
   * @param seconds how far; never negative
   */
  async advance(seconds: number): Promise<void> {
    this.#time.advance(seconds)
    await this.settled()
  }

  /**
   * Has the times that are signed into tokens be off.
   *
   * @param seconds below zero: too early; 0: right again
   */
  async skew(seconds: number): Promise<void> {
    this.#time.skew(seconds)
    await this.settled()
  }

  /**
   * Signs with new keys from now on.
   *
   * @throws UnderstudyError `ERR_KEY_ALG` (400)
   */
  async rotateKeys(rotation: KeyRotation): Promise<void> {
    await this.keys.rotate(rotation)
    this.#provider = this.#makeProvider()
    await this.settled()
  }

  /**
   * Waits until what has changed in faults, clock and keys is stored.
   *
   * @throws UnderstudyError `ERR_STORE_WRITE`
   */
  settled(): Promise<void> {
    return this.#remembered.settled()
  }

  /** A client as people know it; undefined where there is none with this id. */
  clientName(id: string): PageClient | undefined {
    const client = this.#settings.clients.find(({ client_id: known }) => known === id)
    return client && { id, name: client.client_name ?? id }
  }

  async #resume(): Promise<void> {
    await this.#time.resume()
    const rotated = await this.#remembered.get('Keys', 'rotated')
    if (rotated !== undefined && this.keys.restore(rotated)) this.#provider = this.#makeProvider()
    const armed = await this.#remembered.all('Arming')
    if (armed.length > 0) this.arming.restore(armed)
    await this.edits.resume()
    this.arming.replaceFixtures(this.#settings.faults, this.#settings.scenarios)
    await this.settled()
  }

  async #takeOver(settings: IssuerFixtures): Promise<void> {
    const { faults, scenarios } = this.#settings
    this.#settings = settings
    this.#known = knownFaults(settings.hooks.ownFaults)
    const hasNewFaults = faults !== settings.faults || scenarios !== settings.scenarios
    if (hasNewFaults) this.arming.replaceFixtures(settings.faults, settings.scenarios)
    this.#provider = this.#makeProvider()
    await this.settled()
  }

  #meetFaults(): IssuerFaults {
    const { arming, waits, edits } = this
    const state = createStateEffects({
      edits,
      provider: () => this.#provider,
      rotateKeys: (rotation) => this.rotateKeys(rotation),
    })
    const onRequest = () => this.#settings.hooks.onRequest
    return new IssuerFaults({ arming, waits, state, onRequest, settled: () => this.settled() })
  }

  #makeProvider(): IssuerProvider {
    const { settings } = this
    return createProvider({
      ...this.#environment,
      name: this.name,
      settings,
      hooks: settings.hooks,
      knownFaults: this.#known,
      persona: personaOf(settings),
      bucket: this.#bucket,
      clock: this.clock,
      keys: this.keys.current,
      names: { issuer: settings.issuer, browser: settings.browser_url },
      authorizationFault: async (exchange, signIn) => {
        const answer = await this.faults.answerTo(exchange, signIn)
        return answer?.plain ? undefined : answer
      },
      tokenFaults: (...asked) => this.faults.ofToken(...asked),
      responseFaults: (...asked) => this.faults.ofResponse(...asked),
      noticeFault: (...asked) => this.faults.ofNotice(...asked),
      pass: (ms) => this.waits.pass(ms),
      registrations: {
        put: async (id, metadata) => void (await this.edits.put('clients', id, metadata)),
        delete: (id) => this.edits.delete('clients', id),
      },
      onCall: (call) => this.journal.call(call),
    })
  }
}
