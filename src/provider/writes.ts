/** What a request has written and not waited for yet. */
export class Writes {
  readonly #underWay: Promise<void>[] = []
  readonly #models: string[] = []

  /** @param model what of the provider's records is written */
  add(model: string, write: Promise<void>): void {
    this.#models.push(model)
    if (this.#underWay.at(-1) === write) return
    this.#underWay.push(write)
    write.catch(heardOfAtTheEnd)
  }

  /** Whether there is anything to wait for; of drivers that answer at once there never is. */
  get isUnderWay(): boolean {
    return this.#underWay.length > 0
  }

  /** Whether a reader of these records would miss something. */
  hasOf(model: string): boolean {
    return this.#models.includes(model)
  }

  /** Waits for all. @throws UnderstudyError what the store refused one of them with */
  async done(): Promise<void> {
    this.#models.length = 0
    await Promise.all(this.#underWay.splice(0))
  }
}

function heardOfAtTheEnd(): void {}
