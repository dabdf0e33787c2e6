import type { CheckIssuer } from '../fixtures/combine.ts'
import { choosesPersona, type Edit, isDeletion, isKeyless } from '../fixtures/edits.ts'
import {
  deleteEntry,
  type Entries,
  type EntryKindName,
  findEntry,
  listEntries,
  putEntry,
  type WrittenEntry,
} from '../fixtures/entries.ts'
import { writeLoadable } from '../fixtures/loadable.ts'
import { type MisfitEdit, overlay } from '../fixtures/overlay.ts'
import { patchIssuer } from '../fixtures/patch.ts'
import type { IssuerFixtures } from '../fixtures/schema.ts'
import type { Bucket } from '../store/store.ts'

/** The issuer that is edited. */
export interface EditedIssuer {
  /** As it stands. */
  entries(): Entries
  checkIssuer: CheckIssuer
  /** Puts settings in force: on the next request. */
  takeOver(settings: IssuerFixtures): Promise<void>
  /** Told of edits that do not fit what the files have come to say, and so are not in force. */
  onMisfits(misfits: readonly MisfitEdit[]): void
}

const collection = 'Edits'

/** An edit as it is kept; the later ones were made later. */
interface KeptEdit extends Edit {
  order: number
}

/**
 * What was changed in an issuer while it ran, over what its files declare.
 *
 * One edit at a time: each is checked against what the one before has left, stored, and only then in force.
 */
export class IssuerEdits {
  readonly #issuer: EditedIssuer
  readonly #records: Bucket
  readonly #edits = new Map<string, KeptEdit>()
  #declared: IssuerFixtures
  #order = 0
  #turn: Promise<unknown> = Promise.resolve()

  /** @param declared what the files declare */
  constructor(declared: IssuerFixtures, records: Bucket, issuer: EditedIssuer) {
    this.#issuer = issuer
    this.#records = records
    this.#declared = declared
  }

  /** Puts what was kept in force again. */
  async resume(): Promise<void> {
    const kept: KeptEdit[] = []
    for (const id of await this.#records.ids(collection)) {
      const record = await this.#records.get(collection, id)
      if (record !== undefined) kept.push(record.value as KeptEdit)
    }
    for (const edit of kept.sort((a, b) => a.order - b.order)) this.#edits.set(idOf(edit), edit)
    this.#order = (kept.at(-1)?.order ?? -1) + 1
    if (kept.length > 0) await this.declare(this.#declared)
  }

  /** Takes over what the files have come to declare, the edits over it. */
  declare(declared: IssuerFixtures): Promise<void> {
    return this.#next(async () => {
      this.#declared = declared
      const { settings, misfits } = await overlay(declared, [...this.#edits.values()], this.#issuer.checkIssuer)
      if (misfits.length > 0) this.#issuer.onMisfits(misfits)
      await this.#issuer.takeOver(settings)
    })
  }

  list(kind: EntryKindName): WrittenEntry[] {
    return listEntries(this.#issuer.entries().settings, kind)
  }

  /** @throws UnderstudyError `ERR_USER_UNKNOWN`, `ERR_CLIENT_UNKNOWN`, `ERR_SCOPE_UNKNOWN` */
  find(kind: EntryKindName, key: string): WrittenEntry {
    return findEntry(this.#issuer.entries(), kind, key)
  }

  /** @throws UnderstudyError `ERR_ENTRY_KEY`, `ERR_FIXTURES_INVALID`, `ERR_STORE_WRITE` */
  put(kind: EntryKindName, key: string, written: unknown): Promise<{ made: boolean; entry: WrittenEntry }> {
    return this.#next(async () => {
      const { entries, checkIssuer } = this.#issuer
      const { settings, value, entry, made } = await putEntry(entries(), kind, key, written, checkIssuer)
      await this.#keep([{ member: kind, key, value }])
      await this.#issuer.takeOver(settings)
      return { made, entry }
    })
  }

  /** @throws UnderstudyError `ERR_USER_UNKNOWN`, `ERR_CLIENT_UNKNOWN`, `ERR_SCOPE_UNKNOWN`, `ERR_ENTRY_USED`, `ERR_STORE_WRITE` */
  delete(kind: EntryKindName, key: string): Promise<void> {
    return this.#next(async () => {
      const settings = deleteEntry(this.#issuer.entries(), kind, key)
      await this.#keep([{ member: kind, key }])
      await this.#issuer.takeOver(settings)
    })
  }

  /** What is in force, as a fixtures document that loads again. */
  export(): Record<string, unknown> {
    return writeLoadable(this.#issuer.entries().settings)
  }

  /**
   * Merges a fixtures document in.
   *
   * @returns what it has brought
   * @throws UnderstudyError `ERR_FIXTURES_INVALID` with every mistake, `ERR_STORE_WRITE`
   */
  patch(document: unknown): Promise<readonly Edit[]> {
    return this.#next(async () => {
      const { entries, checkIssuer } = this.#issuer
      const { settings, edits } = await patchIssuer(entries().settings, document, checkIssuer)
      if (choosesPersona(edits)) await this.#undress()
      await this.#keep(edits)
      await this.#issuer.takeOver(settings)
      return edits
    })
  }

  /** Back to what the files declare. */
  reset(): Promise<void> {
    return this.#next(async () => {
      if (this.#edits.size === 0) return
      await this.#records.clear([collection])
      this.#edits.clear()
      await this.#issuer.takeOver(this.#declared)
    })
  }

  /** Forgets what the persona has brought that was chosen before. */
  async #undress(): Promise<void> {
    const brought = [...this.#edits.values()].filter(({ isOfPersona }) => isOfPersona)
    await Promise.all(brought.map((edit) => this.#records.delete(collection, idOf(edit))))
    for (const edit of brought) this.#edits.delete(idOf(edit))
  }

  /** Stores edits, each in one small record. */
  async #keep(edits: readonly Edit[]): Promise<void> {
    const kept = edits.map((edit) => this.#ordered(edit))
    await Promise.all(kept.map((edit) => this.#store(edit)))
    for (const edit of kept) {
      if (this.#isNeedless(edit)) this.#edits.delete(idOf(edit))
      else this.#edits.set(idOf(edit), edit)
    }
  }

  /** What replaces an earlier edit takes its place; entries without keys are numbered. */
  #ordered(edit: Edit): KeptEdit {
    if (isKeyless(edit.member)) return { ...edit, key: `${this.#order}`, order: this.#order++ }
    return { ...edit, order: this.#edits.get(idOf(edit))?.order ?? this.#order++ }
  }

  #store(edit: KeptEdit): void | Promise<void> {
    const id = idOf(edit)
    if (this.#isNeedless(edit)) return this.#records.delete(collection, id)
    return this.#records.put(collection, id, { value: edit })
  }

  /** What the files do not declare needs no record of having been taken away. */
  #isNeedless(edit: Edit): boolean {
    return isDeletion(edit) && !isDeclared(this.#declared, edit)
  }

  #next<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {})
    return turn
  }
}

function idOf({ member, key }: Edit): string {
  return `${member}/${key}`
}

function isDeclared({ users, clients, scopes }: IssuerFixtures, { member, key }: Edit): boolean {
  if (member === 'users') return users.some(({ username }) => username === key)
  if (member === 'clients') return clients.some(({ client_id: id }) => id === key)
  return Object.hasOwn(scopes, key)
}

/** What is told of edits that are not in force. */
export function describeMisfits(issuer: string, misfits: readonly MisfitEdit[]): string {
  const told = misfits.slice(0, 10).map(({ member, key, message }) => `${member}/${key} (${message})`)
  const more = misfits.length > told.length ? `, and ${misfits.length - told.length} more` : ''
  return `Edits of the issuer "${issuer}" are not in force, since they do not fit its fixtures any more: ${told.join(', ')}${more}`
}
