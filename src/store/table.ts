import { Slab } from './slab.ts'
import { retentionSeconds, type StoredRecord } from './store.ts'

const smallestSlots = 16
/** Slots looked at on each write: more than a write can fill, so that the expired never outgrow the living. */
const sweptSlots = 4
const never = 0
const latestSeconds = 0xffff_ffff

/** The JSON in which a record is kept, in memory and on disk alike: `[value, expiresAtSeconds, indexes]`. */
export function textOf({ value, expiresAtSeconds, indexes }: StoredRecord): string {
  return JSON.stringify([value, expiresAtSeconds, indexes])
}

/** Reads what {@link textOf} wrote; the value is the caller's own copy. */
export function recordOf(text: string): StoredRecord {
  const [value, expiresAtSeconds, indexes] = JSON.parse(text)
  return { value, expiresAtSeconds: expiresAtSeconds ?? undefined, indexes: indexes ?? undefined }
}

/** One collection: its records by id in a {@link Slab}, found through a hash table of numbers, and by their indexes. */
export class Table {
  readonly #slab = new Slab((from, to) => {
    this.#refs[this.#slotOf(from)] = to
  })
  /** The ids of the records by their indexes; of most there is but one. */
  readonly #owners = new Map<string, string | string[]>()
  /** By slot: what stands there, 0 for nothing, and the hash of its id, so that looking for a slot walks these alone. */
  #refs = new Int32Array(smallestSlots)
  #hashes = new Int32Array(smallestSlots)
  #size = 0
  #hand = 0
  /** Before this nothing has expired: no record has ever had a sooner end. */
  #soonestSeconds = latestSeconds

  get size(): number {
    return this.#size
  }

  get(id: string): string | undefined {
    const wellFormed = id.toWellFormed()
    const ref = this.#refs[this.#find(wellFormed, hashOf(wellFormed))] ?? 0
    return ref === 0 ? undefined : this.#slab.textOf(ref)
  }

  /** @param text what {@link textOf} makes of the record */
  put(key: string, text: string, { expiresAtSeconds, indexes }: Omit<StoredRecord, 'value'>): void {
    const id = key.toWellFormed()
    const expires = expiresAtSeconds === undefined ? never : clampSeconds(expiresAtSeconds)
    if (expires !== never) this.#soonestSeconds = Math.min(this.#soonestSeconds, expires)
    const hash = hashOf(id)
    const slot = this.#find(id, hash)
    const old = this.#refs[slot] ?? 0
    const isIndexedAlike = old !== 0 && this.#isIndexed(old, indexes)
    if (old === 0) this.#insert(slot, hash, this.#slab.add(expires, id, text))
    else {
      if (!isIndexedAlike) this.#disown(id, old)
      if (!this.#slab.rewrite(old, expires, text)) {
        this.#slab.free(old)
        this.#refs[slot] = this.#slab.add(expires, id, text)
      }
    }
    if (!isIndexedAlike) for (const index in indexes) this.#own(ownerKey(index, indexes[index] ?? ''), id)
    this.#sweep()
    this.#slab.tidy()
  }

  delete(key: string): void {
    const id = key.toWellFormed()
    const slot = this.#find(id, hashOf(id))
    if ((this.#refs[slot] ?? 0) !== 0) this.#remove(slot, id)
    this.#slab.tidy()
  }

  ids(): string[] {
    const ids: string[] = []
    for (const ref of this.#refs) if (ref !== 0) ids.push(this.#slab.idOf(ref))
    return ids
  }

  idsBy(index: string, value: string): string[] {
    const owners = this.#owners.get(ownerKey(index, value))
    if (owners === undefined) return []
    return typeof owners === 'string' ? [owners] : [...owners]
  }

  /** Walks ids and texts, may be left and resumed while others write, and meets whatever lived all the while. */
  *entries(): Generator<[id: string, text: string], void, undefined> {
    for (const ref of this.#slab.refs()) yield [this.#slab.idOf(ref), this.#slab.textOf(ref)]
  }

  /** The slot that holds the id, or the empty one where it would go. */
  #find(id: string, hash: number): number {
    const mask = this.#refs.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const ref = this.#refs[slot] ?? 0
      if (ref === 0 || (this.#hashes[slot] === hash && this.#slab.isIdOf(ref, id))) return slot
    }
  }

  #slotOf(ref: number): number {
    const mask = this.#refs.length - 1
    let slot = hashOf(this.#slab.idOf(ref)) & mask
    while (this.#refs[slot] !== ref) slot = (slot + 1) & mask
    return slot
  }

  #insert(slot: number, hash: number, ref: number): void {
    this.#refs[slot] = ref
    this.#hashes[slot] = hash
    this.#size += 1
    if (this.#size * 4 > this.#refs.length * 3) this.#resize(this.#refs.length * 2)
  }

  #resize(length: number): void {
    const [refs, hashes] = [this.#refs, this.#hashes]
    const mask = length - 1
    this.#refs = new Int32Array(length)
    this.#hashes = new Int32Array(length)
    for (let from = 0; from < refs.length; from += 1) {
      const [ref = 0, hash = 0] = [refs[from], hashes[from]]
      if (ref === 0) continue
      let slot = hash & mask
      while (this.#refs[slot] !== 0) slot = (slot + 1) & mask
      this.#refs[slot] = ref
      this.#hashes[slot] = hash
    }
  }

  #remove(slot: number, id: string): void {
    const ref = this.#refs[slot] ?? 0
    this.#disown(id, ref)
    this.#close(slot)
    this.#size -= 1
    this.#slab.free(ref)
  }

  /** Empties a slot and moves up those behind it that were only there because it was taken. */
  #close(emptied: number): void {
    const mask = this.#refs.length - 1
    let hole = emptied
    for (let slot = (hole + 1) & mask; ; slot = (slot + 1) & mask) {
      const ref = this.#refs[slot] ?? 0
      if (ref === 0) break
      const hash = this.#hashes[slot] ?? 0
      const distance = (slot - hash) & mask
      if (distance < ((slot - hole) & mask)) continue
      this.#refs[hole] = ref
      this.#hashes[hole] = hash
      hole = slot
    }
    this.#refs[hole] = 0
  }

  /** Looks at the next few slots and drops the records that expired long ago. */
  #sweep(): void {
    const latest = Math.floor(Date.now() / 1000) - retentionSeconds
    if (latest <= this.#soonestSeconds) return
    for (let step = 0; step < sweptSlots; step += 1) {
      this.#hand = (this.#hand + 1) & (this.#refs.length - 1)
      const ref = this.#refs[this.#hand] ?? 0
      if (ref === 0) continue
      const expires = this.#slab.expiresAtSecondsOf(ref)
      if (expires !== never && expires < latest) this.#remove(this.#hand, this.#slab.idOf(ref))
    }
  }

  #own(key: string, id: string): void {
    const owners = this.#owners.get(key)
    if (owners === undefined) this.#owners.set(key, id)
    else if (typeof owners === 'string') this.#owners.set(key, [owners, id])
    else owners.push(id)
  }

  /** Whether a record has these very indexes, seen by the end of its text: it need not be read for that. */
  #isIndexed(ref: number, indexes: StoredRecord['indexes']): boolean {
    if (indexes === undefined && this.#owners.size === 0) return true
    return this.#slab.endsWith(ref, `,${JSON.stringify(indexes ?? null)}]`)
  }

  #disown(id: string, ref: number): void {
    if (this.#owners.size === 0) return
    const { indexes } = recordOf(this.#slab.textOf(ref))
    for (const index in indexes) {
      const key = ownerKey(index, indexes[index] ?? '')
      const owners = this.#owners.get(key)
      if (owners === id) this.#owners.delete(key)
      if (!Array.isArray(owners)) continue
      // What is deleted is mostly the oldest, which stands first.
      const at = owners.indexOf(id)
      if (at !== -1) owners.splice(at, 1)
      if (owners.length === 0) this.#owners.delete(key)
    }
  }
}

function ownerKey(index: string, value: string): string {
  return `${index}\0${value}`
}

function clampSeconds(seconds: number): number {
  return Math.min(latestSeconds, Math.max(never + 1, Math.ceil(seconds)))
}

/** FNV-1a with a last stir, since the low bits choose the slot. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < id.length; index += 1) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return hash ^ (hash >>> 13)
}
