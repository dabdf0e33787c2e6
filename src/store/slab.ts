const unitBytes = 8
const smallestChunkBytes = 512
const largestChunkBytes = 256 * 1024
const unitsPerChunk = largestChunkBytes / unitBytes
const unitBits = Math.log2(unitsPerChunk)

/** The words (32 bits each) that stand before an entry's id and text. */
const header = { units: 0, expiresAtSeconds: 1, idBytes: 2, textBytes: 3, words: 4 } as const
const headerBytes = header.words * 4

interface Chunk {
  readonly bytes: Buffer
  readonly words: Uint32Array
  readonly units: number
  usedUnits: number
  liveUnits: number
}

/**
 * Many small texts by number, kept outside the JavaScript heap: a record costs its bytes, and the garbage collector never walks it.
 *
 * Entries are appended to chunks; {@link Slab.tidy} empties those whose greater part is dead into the newest one, so that the
 * space in use stays within about twice what is alive.
 */
export class Slab {
  readonly #onMove: (from: number, to: number) => void
  readonly #chunks: (Chunk | undefined)[] = []
  readonly #vacant: number[] = []
  readonly #sparse = new Set<number>()
  #newest = -1
  #walks = 0

  /** @param onMove is told when an entry changes its number */
  constructor(onMove: (from: number, to: number) => void) {
    this.#onMove = onMove
  }

  /** Appends an entry and gives its number, which is never 0. */
  add(expiresAtSeconds: number, id: string, text: string): number {
    const idBytes = Buffer.byteLength(id)
    const textBytes = Buffer.byteLength(text)
    const ref = this.#reserve(Math.ceil((headerBytes + idBytes + textBytes) / unitBytes))
    const { bytes, words } = this.#chunkOf(ref)
    const at = offsetOf(ref)
    const word = at / 4
    words[word + header.expiresAtSeconds] = expiresAtSeconds
    words[word + header.idBytes] = idBytes
    words[word + header.textBytes] = textBytes
    bytes.write(id, at + headerBytes)
    bytes.write(text, at + headerBytes + idBytes)
    return ref
  }

  /** Gives an entry another text in place, if it fits without wasting half of the room. */
  rewrite(ref: number, expiresAtSeconds: number, text: string): boolean {
    const { bytes, words } = this.#chunkOf(ref)
    const at = offsetOf(ref)
    const word = at / 4
    const start = headerBytes + (words[word + header.idBytes] ?? 0)
    const roomBytes = (words[word + header.units] ?? 0) * unitBytes - start
    const textBytes = Buffer.byteLength(text)
    if (textBytes > roomBytes || textBytes * 2 < roomBytes) return false
    words[word + header.expiresAtSeconds] = expiresAtSeconds
    words[word + header.textBytes] = textBytes
    bytes.write(text, at + start)
    return true
  }

  /** Forgets an entry. */
  free(ref: number): void {
    const chunk = this.#chunkOf(ref)
    const word = offsetOf(ref) / 4
    chunk.words[word + header.textBytes] = 0
    chunk.liveUnits -= chunk.words[word + header.units] ?? 0
    if (isSparse(chunk)) this.#sparse.add(chunkIndexOf(ref))
  }

  /** Empties what has become sparse, unless somebody walks: the one call in which entries move. */
  tidy(): void {
    if (this.#walks > 0) return
    for (const index of this.#sparse) {
      if (index === this.#newest) continue
      this.#sparse.delete(index)
      const chunk = this.#chunks[index]
      if (chunk === undefined || !isSparse(chunk)) continue
      for (const ref of this.#refsIn(index)) this.#move(chunk, ref)
      this.#chunks[index] = undefined
      this.#vacant.push(index)
    }
  }

  expiresAtSecondsOf(ref: number): number {
    return this.#word(ref, header.expiresAtSeconds)
  }

  idOf(ref: number): string {
    const start = offsetOf(ref) + headerBytes
    return this.#chunkOf(ref).bytes.toString('utf8', start, start + this.#word(ref, header.idBytes))
  }

  /** Whether an entry has this id. */
  isIdOf(ref: number, id: string): boolean {
    if (this.#word(ref, header.idBytes) !== id.length) return this.idOf(ref) === id
    return isAt(this.#chunkOf(ref).bytes, offsetOf(ref) + headerBytes, id) ?? this.idOf(ref) === id
  }

  /** Whether an entry's text ends so. */
  endsWith(ref: number, tail: string): boolean {
    const textBytes = this.#word(ref, header.textBytes)
    if (Buffer.byteLength(tail) !== tail.length) return this.textOf(ref).endsWith(tail)
    if (textBytes < tail.length) return false
    const end = offsetOf(ref) + headerBytes + this.#word(ref, header.idBytes) + textBytes
    return isAt(this.#chunkOf(ref).bytes, end - tail.length, tail) === true
  }

  textOf(ref: number): string {
    const start = offsetOf(ref) + headerBytes + this.#word(ref, header.idBytes)
    return this.#chunkOf(ref).bytes.toString('utf8', start, start + this.#word(ref, header.textBytes))
  }

  /**
   * Walks the entries, and may be left and resumed while others write: whatever lived all the while is met exactly once,
   * since nothing moves during a walk. A walk must be finished or returned from.
   */
  *refs(): Generator<number, void, undefined> {
    this.#walks += 1
    try {
      for (let index = 0; index < this.#chunks.length; index += 1) yield* this.#refsIn(index)
    } finally {
      this.#walks -= 1
    }
  }

  *#refsIn(index: number): Generator<number, void, undefined> {
    const chunk = this.#chunks[index]
    if (chunk === undefined) return
    for (let unit = 0; unit < chunk.usedUnits; ) {
      const word = (unit * unitBytes) / 4
      const units = chunk.words[word + header.units] ?? chunk.units
      if (chunk.words[word + header.textBytes] !== 0) yield index * unitsPerChunk + unit + 1
      unit += units
    }
  }

  #reserve(units: number): number {
    let index = this.#newest
    let chunk = this.#chunks[index]
    if (chunk === undefined || chunk.usedUnits + units > chunk.units) {
      index = this.#open(units)
      chunk = this.#chunkAt(index)
    }
    const unit = chunk.usedUnits
    chunk.usedUnits += units
    chunk.liveUnits += units
    chunk.words[(unit * unitBytes) / 4 + header.units] = units
    return index * unitsPerChunk + unit + 1
  }

  /** Opens a chunk: one of twice the newest's size, or one for a single great entry, which leaves the newest the newest. */
  #open(units: number): number {
    const index = this.#vacant.pop() ?? this.#chunks.length
    const chunk = newChunk(Math.max(units, nextChunkUnits(units, this.#chunks[this.#newest]?.units)))
    this.#chunks[index] = chunk
    if (chunk.units > unitsPerChunk) return index
    this.#sparse.add(this.#newest)
    this.#newest = index
    return index
  }

  #move(chunk: Chunk, from: number): void {
    const start = offsetOf(from)
    const units = chunk.words[start / 4 + header.units] ?? 0
    const to = this.#reserve(units)
    chunk.bytes.copy(this.#chunkOf(to).bytes, offsetOf(to), start, start + units * unitBytes)
    this.#onMove(from, to)
  }

  #word(ref: number, word: number): number {
    return this.#chunkOf(ref).words[offsetOf(ref) / 4 + word] ?? 0
  }

  #chunkOf(ref: number): Chunk {
    return this.#chunkAt(chunkIndexOf(ref))
  }

  #chunkAt(index: number): Chunk {
    const chunk = this.#chunks[index]
    if (chunk === undefined) throw new RangeError(`no chunk ${index}`)
    return chunk
  }
}

function isSparse(chunk: Chunk): boolean {
  return chunk.liveUnits * 2 < chunk.units
}

function newChunk(units: number): Chunk {
  const bytes = Buffer.allocUnsafeSlow(units * unitBytes)
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  return { bytes, words, units, usedUnits: 0, liveUnits: 0 }
}

/** Chunks double, so that a small collection costs little and a great one has few chunks. */
function nextChunkUnits(needed: number, previous: number | undefined): number {
  let units = previous === undefined ? smallestChunkBytes / unitBytes : previous * 2
  while (units < needed && units < unitsPerChunk) units *= 2
  return Math.min(units, unitsPerChunk)
}

function chunkIndexOf(ref: number): number {
  return (ref - 1) >>> unitBits
}

function offsetOf(ref: number): number {
  return ((ref - 1) & (unitsPerChunk - 1)) * unitBytes
}

/** Whether these bytes spell a text, with no text made of them; undefined where not each character is a byte. */
function isAt(bytes: Uint8Array, start: number, text: string): boolean | undefined {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code > 0x7f) return undefined
    if (bytes[start + index] !== code) return false
  }
  return true
}
