import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { Clock } from '../domain/clock.ts'
import type { Flow } from '../domain/exchange.ts'
import type { Bucket, Indexes, MaybePromise, StoredRecord } from '../store/store.ts'
import { wireId } from './access-token.ts'
import { currentExchange } from './current-exchange.ts'

/** What is stored of each of the provider's records. */
export interface Stored {
  payload: AdapterPayload
  /** How far the issuer's clock had been advanced, in seconds, when this was written. Left out: not at all. */
  advanced?: number
  /** The flow it belongs to. */
  flow?: Flow
}

/** Times in a payload, in seconds; they are read back older by what the clock was advanced since. */
const times = ['iat', 'exp', 'iiat', 'loginTs', 'authTime', 'consumed'] as const

/** Records that carry a flow from one request to the next. */
const flowModels = new Set([
  'Interaction',
  'PushedAuthorizationRequest',
  'AuthorizationCode',
  'DeviceCode',
  'BackchannelAuthenticationRequest',
  'AccessToken',
  'RefreshToken',
  'ClientCredentials',
])

/** Records of which a grant's revocation finds all. */
export const grantModels: ReadonlySet<string> = new Set([
  'AccessToken',
  'AuthorizationCode',
  'RefreshToken',
  'DeviceCode',
  'BackchannelAuthenticationRequest',
])

/** Tokens whose value on the wire may be a JWT. */
export const dressedModels: ReadonlySet<string> = new Set(['AccessToken', 'ClientCredentials'])

/**
 * Keeps the provider's records in an issuer's bucket: ages them by the issuer's clock, and carries each flow from the
 * record that a request presents to those that it makes.
 */
export function createAdapter(bucket: Bucket, clock: Clock, graceSeconds: number): (model: string) => Adapter {
  return (model) => new StoreAdapter(model, bucket, clock, model === 'RefreshToken' ? graceSeconds : 0)
}

class StoreAdapter implements Adapter {
  readonly #model: string
  readonly #bucket: Bucket
  readonly #clock: Clock
  /** How long a consumed record still looks unused, for clients that race. */
  readonly #graceSeconds: number
  readonly #carriesFlow: boolean
  readonly #isDressed: boolean

  constructor(model: string, bucket: Bucket, clock: Clock, graceSeconds: number) {
    this.#model = model
    this.#bucket = bucket
    this.#clock = clock
    this.#graceSeconds = graceSeconds
    this.#carriesFlow = flowModels.has(model)
    this.#isDressed = dressedModels.has(model)
  }

  async upsert(id: string, payload: AdapterPayload, expiresInSeconds?: number): Promise<void> {
    const stored: Stored = { payload }
    if (this.#clock.advancedSeconds !== 0) stored.advanced = this.#clock.advancedSeconds
    if (this.#carriesFlow) {
      const flow = currentExchange()?.ownFlow ?? (await this.#storedFlow(id))
      if (flow !== undefined) stored.flow = flow
    }
    await this.#write(() =>
      this.#bucket.put(this.#model, id, {
        value: stored,
        expiresAtSeconds: expiresInSeconds ? nowSeconds() + expiresInSeconds : undefined,
        indexes: this.#indexes(payload),
      }),
    )
  }

  // Drivers that answer at once are not waited for: most requests do nothing but find records.
  async find(value: string): Promise<AdapterPayload | undefined> {
    const wire = this.#isDressed ? wireId(value) : { id: value, dress: undefined }
    if (wire === undefined) return undefined
    const found = this.#get(wire.id)
    const payload = this.#read(found instanceof Promise ? await found : found)
    return payload?.dress === wire.dress ? payload : undefined
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#findBy('uid', uid)
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.#findBy('userCode', userCode)
  }

  async consume(id: string): Promise<void> {
    const found = this.#get(id)
    const record = found instanceof Promise ? await found : found
    if (record === undefined) return
    const stored = record.value as Stored
    if (stored.payload.consumed !== undefined) return
    const payload = { ...aged(stored, this.#clock), consumed: nowSeconds() }
    const advanced = this.#clock.advancedSeconds
    const value: Stored = { ...stored, payload }
    if (advanced === 0) delete value.advanced
    else value.advanced = advanced
    await this.#write(() => this.#bucket.put(this.#model, id, { ...record, value }))
  }

  async destroy(id: string): Promise<void> {
    await this.#write(() => this.#bucket.delete(this.#model, id))
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const id of await this.#idsBy('grantId', grantId)) await this.destroy(id)
  }

  async #findBy(index: string, value: string): Promise<AdapterPayload | undefined> {
    const [id] = await this.#idsBy(index, value)
    return id === undefined ? undefined : this.#read(await this.#get(id))
  }

  #get(id: string): MaybePromise<StoredRecord | undefined> {
    const own = this.#ownWrites()
    return own === undefined ? this.#bucket.get(this.#model, id) : own.then(() => this.#bucket.get(this.#model, id))
  }

  async #idsBy(index: string, value: string): Promise<string[]> {
    await this.#ownWrites()
    return this.#bucket.idsBy(this.#model, index, value)
  }

  /** What the request itself has written and would not see yet. */
  #ownWrites(): Promise<void> | undefined {
    const writes = currentExchange()?.writes
    return writes?.hasOf(this.#model) ? writes.done() : undefined
  }

  /** Writes, and waits for it unless the request waits for all of its writes at once. */
  #write(begin: () => MaybePromise<void>): MaybePromise<void> {
    const writes = currentExchange()?.writes
    writes?.requireAccepted()
    const write = begin()
    if (!(write instanceof Promise)) return
    if (writes === undefined) return write
    writes.add(this.#model, write)
  }

  /** Gives a record to the provider, and its flow to the exchange that asked for it. */
  #read(record: StoredRecord | undefined): AdapterPayload | undefined {
    if (record === undefined) return undefined
    const stored = record.value as Stored
    const payload = aged(stored, this.#clock)
    if (stored.flow !== undefined) currentExchange()?.join(stored.flow, this.#model, payload)
    if (typeof payload.consumed === 'number' && nowSeconds() - payload.consumed < this.#graceSeconds) {
      return { ...payload, consumed: undefined }
    }
    if (payload.aud !== undefined && currentExchange()?.endpoint === 'userinfo') return { ...payload, aud: undefined }
    return payload
  }

  /** The flow that a record has already, for one that a page or a test changes. */
  async #storedFlow(id: string): Promise<Flow | undefined> {
    const record = await this.#get(id)
    return (record?.value as Stored | undefined)?.flow
  }

  #indexes(payload: AdapterPayload): Indexes | undefined {
    const { grantId, userCode, uid } = payload
    if (grantId !== undefined && grantModels.has(this.#model)) {
      return userCode === undefined ? { grantId } : { grantId, userCode }
    }
    if (userCode !== undefined && this.#model === 'DeviceCode') return { userCode }
    if (uid !== undefined && this.#model === 'Session') return { uid }
    return undefined
  }
}

/** A stored payload, older by what the clock was advanced since it was written. */
export function aged({ payload, advanced = 0 }: Stored, { advancedSeconds }: Clock): AdapterPayload {
  // A clock that was set back, by a reset that kept this record, makes nothing younger than it was.
  const age = Math.max(0, advancedSeconds - advanced)
  if (age === 0) return payload
  const older = { ...payload }
  for (const time of times) if (typeof older[time] === 'number') older[time] = (older[time] as number) - age
  return older
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
