import { idsOf, type KeyRotation, rotateKeys } from '../provider/key-rotation.ts'
import type { SigningKeys } from '../provider/keys.ts'

/** The signing keys of one issuer: those that it was given, until it rotates to keys of its own. */
export class KeyRing {
  #current: SigningKeys
  readonly #remember: (rotated: SigningKeys | undefined) => void
  /** The rotation that is under way: RSA keys take their time, and the next one follows on its keys. */
  #turn: Promise<unknown> = Promise.resolve()

  /**
   * @param given by the process, a file, or for this issuer alone
   * @param remember stores the keys of a rotation; undefined forgets them
   */
  constructor(given: SigningKeys, remember: (rotated: SigningKeys | undefined) => void) {
    this.#current = given
    this.#remember = remember
  }

  get current(): SigningKeys {
    return this.#current
  }

  /** Takes over keys that are declared anew; where they are those that were rotated from, the rotation holds. */
  adopt(given: SigningKeys): void {
    if (this.#isBase(given, this.#current)) return
    this.#current = given
    this.#remember(undefined)
  }

  /**
   * Takes up a rotation as it was stored.
   *
   * @returns whether it is one of the keys that were given
   */
  restore(stored: unknown): boolean {
    const rotated = stored as SigningKeys
    const fits = this.#isBase(this.#current, rotated)
    if (fits) this.#current = rotated
    return fits
  }

  /** Rotates once all rotations before are through. */
  rotate(rotation: KeyRotation): Promise<void> {
    const turn = this.#turn.then(async () => {
      const from = this.#current
      const rotated = await rotateKeys(from, rotation)
      // Other keys may have been declared in the meantime, which have nothing to do with these.
      if (this.#current !== from) return
      this.#current = rotated
      this.#remember(rotated)
    })
    this.#turn = turn.catch(() => {})
    return turn
  }

  #isBase(given: SigningKeys, rotated: SigningKeys): boolean {
    return idsOf(given.keys).join() === (rotated.base ?? idsOf(rotated.keys)).join()
  }
}
