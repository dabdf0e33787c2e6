import { Clock } from '../domain/clock.ts'
import type { Remembered } from './remembered.ts'

/** An issuer's clock, and how far it was moved, which a restart does not forget. */
export class KeptClock {
  readonly clock = new Clock()
  readonly #remembered: Remembered

  constructor(remembered: Remembered) {
    this.#remembered = remembered
  }

  async resume(): Promise<void> {
    const advanced = await this.#remembered.get<number>('Clock', 'advanced')
    if (advanced !== undefined) this.clock.advance(advanced)
    const skew = await this.#remembered.get<number>('Clock', 'skew')
    if (skew !== undefined) this.clock.skew(skew)
  }

  advance(seconds: number): void {
    this.clock.advance(seconds)
    this.#remembered.put('Clock', 'advanced', this.clock.advancedSeconds)
  }

  skew(seconds: number): void {
    this.clock.skew(seconds)
    this.#remembered.put('Clock', 'skew', this.clock.skewSeconds)
  }

  reset(): void {
    this.clock.reset()
    this.#remembered.put('Clock', 'advanced', undefined)
    this.#remembered.put('Clock', 'skew', undefined)
  }
}
