import type { Bucket, StoredRecord } from '../store/store.ts'

/** Collections that flows fill, beside the sessions. */
const tokenCollections = [
  'AccessToken',
  'AuthorizationCode',
  'BackchannelAuthenticationRequest',
  'CibaPace',
  'ClientCredentials',
  'DeviceCode',
  'DevicePace',
  'Grant',
  'Interaction',
  'PushedAuthorizationRequest',
  'RefreshToken',
  'ReplayDetection',
]

/** What of the flows a reset may leave as it is. */
export interface KeptFlows {
  sessions: boolean
  tokens: boolean
  /** What lets clients that registered themselves change how they did. */
  registrations?: boolean | undefined
}

/**
 * An issuer's records between two resets: once retired, what a slow request still writes goes nowhere.
 */
export class IssuerBucket implements Bucket {
  readonly #records: Bucket
  #isRetired = false

  constructor(records: Bucket) {
    this.#records = records
  }

  /** Ends this generation; the next one is a new object on the same records. */
  retire(): void {
    this.#isRetired = true
  }

  /** Deletes what flows have left, but for what is kept. */
  async clearFlows({ sessions, tokens, registrations }: KeptFlows): Promise<void> {
    const ofSessions = sessions ? [] : ['Session']
    const ofTokens = tokens ? [] : tokenCollections
    const ofRegistrations = tokens || registrations ? [] : ['RegistrationAccessToken']
    await this.#records.clear([...ofSessions, ...ofTokens, ...ofRegistrations])
  }

  get(collection: string, id: string) {
    return this.#records.get(collection, id)
  }

  put(collection: string, id: string, record: StoredRecord) {
    return this.#isRetired ? undefined : this.#records.put(collection, id, record)
  }

  delete(collection: string, id: string) {
    return this.#isRetired ? undefined : this.#records.delete(collection, id)
  }

  idsBy(collection: string, index: string, value: string) {
    return this.#records.idsBy(collection, index, value)
  }

  ids(collection: string) {
    return this.#records.ids(collection)
  }

  clear(collections?: readonly string[]) {
    return this.#records.clear(collections)
  }
}
