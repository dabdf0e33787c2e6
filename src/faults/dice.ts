import { hash } from 'node:crypto'

/**
 * The throw number `index` of seeded dice (the generator mulberry32, which needs no state but how often it was thrown).
 *
 * @returns a number from 0 to just below 1
 */
export function throwOfDice(seed: number, index: number): number {
  const state = (seed + Math.imul(index, 0x6d2b79f5)) | 0
  const mixed = Math.imul(state ^ (state >>> 15), state | 1)
  const stirred = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61))
  return ((stirred ^ (stirred >>> 14)) >>> 0) / 2 ** 32
}

/** A number for a name, always the same: 32 bits. */
export function numberOf(name: string): number {
  return hash('sha256', name, 'buffer').readInt32BE()
}
