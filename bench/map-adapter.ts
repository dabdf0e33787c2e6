import type { Adapter, AdapterPayload } from 'oidc-provider'

/** Every record of the process by model and id, as plain objects, with the indexes that oidc-provider asks by. */
const records = new Map<string, { payload: AdapterPayload; expiresAtMs: number }>()
const idsByGrant = new Map<string, string[]>()
const idByUid = new Map<string, string>()
const idByUserCode = new Map<string, string>()

/** The simplest adapter that does all that oidc-provider asks: what Understudy's stores are measured against. */
export class MapAdapter implements Adapter {
  readonly #model: string

  constructor(model: string) {
    this.#model = model
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const key = this.#key(id)
    records.set(key, { payload, expiresAtMs: expiresIn ? Date.now() + expiresIn * 1000 : Number.POSITIVE_INFINITY })
    if (payload.uid !== undefined && this.#model === 'Session') idByUid.set(payload.uid, id)
    if (payload.userCode !== undefined) idByUserCode.set(payload.userCode, id)
    if (payload.grantId === undefined || this.#model === 'Session') return
    const keys = idsByGrant.get(payload.grantId)
    if (keys === undefined) idsByGrant.set(payload.grantId, [key])
    else keys.push(key)
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const record = records.get(this.#key(id))
    return record !== undefined && record.expiresAtMs > Date.now() ? record.payload : undefined
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const id = idByUid.get(uid)
    return id === undefined ? undefined : this.find(id)
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    const id = idByUserCode.get(userCode)
    return id === undefined ? undefined : this.find(id)
  }

  async consume(id: string): Promise<void> {
    const record = records.get(this.#key(id))
    if (record !== undefined) record.payload.consumed = Math.floor(Date.now() / 1000)
  }

  async destroy(id: string): Promise<void> {
    records.delete(this.#key(id))
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const key of idsByGrant.get(grantId) ?? []) records.delete(key)
    idsByGrant.delete(grantId)
  }

  #key(id: string): string {
    return `${this.#model}:${id}`
  }
}
