import { type JournalRecord, sizeOf } from './record.ts'

/** How much a journal keeps. */
export interface RingLimits {
  /** 0: none is kept. */
  maxEntries: number
  /** About; the newest record is kept whatever its size. */
  maxBytes: number
}

/** The newest records, by ids that rise by one; the oldest give way. */
export class Ring {
  #limits: RingLimits
  #slots: (JournalRecord | undefined)[] = []
  #first = 1
  #next = 1
  #bytes = 0

  constructor(limits: RingLimits) {
    this.#limits = limits
  }

  /** The id that the next record is to have. */
  get nextId(): number {
    return this.#next
  }

  /** The id of the oldest record that is still there, or the next one's. */
  get firstId(): number {
    return this.#first
  }

  get sizeBytes(): number {
    return this.#bytes
  }

  /** Whether it keeps any. */
  get isOpen(): boolean {
    return this.#limits.maxEntries > 0
  }

  get(id: number): JournalRecord | undefined {
    return id >= this.#first && id < this.#next ? this.#slots[id % this.#limits.maxEntries] : undefined
  }

  /** Adds a record that has `nextId`. */
  add(record: JournalRecord): void {
    this.#place(record.id, record)
  }

  /** Forgets one record; nothing comes in its place. */
  remove(id: number): void {
    const record = this.get(id)
    if (record === undefined) return
    this.#slots[id % this.#limits.maxEntries] = undefined
    this.#bytes -= sizeOf(record)
  }

  /** Keeps so much from now on. */
  limit(limits: RingLimits): void {
    const { maxEntries, maxBytes } = this.#limits
    if (limits.maxEntries === maxEntries && limits.maxBytes === maxBytes) return
    const kept: [id: number, record: JournalRecord | undefined][] = []
    for (let id = this.#first; id < this.#next; id += 1) kept.push([id, this.get(id)])
    this.#limits = limits
    this.clear()
    if (!this.isOpen) return
    this.#first = kept[0]?.[0] ?? this.#next
    this.#next = this.#first
    for (const [id, record] of kept) this.#place(id, record)
  }

  /** Forgets all; ids go on rising. */
  clear(): void {
    this.#slots = []
    this.#first = this.#next
    this.#bytes = 0
  }

  /** Puts a record, or the place of one that was removed, behind all others. */
  #place(id: number, record: JournalRecord | undefined): void {
    const { maxEntries, maxBytes } = this.#limits
    if (maxEntries === 0) return
    if (this.#next - this.#first >= maxEntries) this.#drop()
    this.#slots[id % maxEntries] = record
    this.#next = id + 1
    if (record !== undefined) this.#bytes += sizeOf(record)
    while (this.#bytes > maxBytes && this.#next - this.#first > 1) this.#drop()
  }

  #drop(): void {
    const index = this.#first % this.#limits.maxEntries
    const oldest = this.#slots[index]
    if (oldest !== undefined) this.#bytes -= sizeOf(oldest)
    this.#slots[index] = undefined
    this.#first += 1
  }
}
