/** What a request has written and not waited for. */
export class Writes {
  readonly #models = new Set<string>()
  #all: Promise<unknown> | undefined
  #newest: Promise<void> | undefined
  #refusal: { error: unknown } | undefined

  /** @param model what of the provider's records is written */
  add(model: string, write: Promise<void>): void {
    this.#models.add(model)
    // All writes of a turn are one.
    if (write === this.#newest) return
    this.#newest = write
    this.#all = this.#all === undefined ? write : Promise.all([this.#all, write])
    this.#all.catch((error) => {
      this.#refusal ??= { error }
    })
  }

  /** Whether there is anything to wait for; of drivers that answer at once there never is. */
  get isUnderWay(): boolean {
    return this.#all !== undefined
  }

  /** Whether a reader of these records might miss something. */
  hasOf(model: string): boolean {
    return this.#models.has(model)
  }

  /** Lets nothing be written any more once something was refused. @throws UnderstudyError what it was refused with */
  requireAccepted(): void {
    if (this.#refusal !== undefined) throw this.#refusal.error
  }

  /** Waits for all. @throws UnderstudyError what the store refused one of them with, whoever was told before */
  async done(): Promise<void> {
    await this.#all
  }
}
