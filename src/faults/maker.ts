import { randomInt, randomUUID } from 'node:crypto'
import { formatPath, UnderstudyError } from '../errors.ts'
import { Armed, type ArmedState } from './armed.ts'
import { catalogFaults, type KnownFaults } from './catalog.ts'
import type { Mistake } from './fault.ts'
import { type Plan, planOf } from './plan.ts'
import { type ArmingRecord, withoutCount } from './records.ts'
import { type Served, unservedness } from './served.ts'
import type { ArmedFaultSpec } from './spec.ts'
import { type Armer, type Signs, unsignedness } from './unsigned.ts'

export interface ArmingOptions {
  /** The issuer's clock: milliseconds since the epoch. */
  nowMs(): number
  /** A new id for an armed fault. Default: a UUID. */
  newId?(): string
  /** A seed for dice that were given none. Default: by chance. */
  newSeed?(): number
  /** The faults that there are. Default: those of the catalog. */
  known?(): KnownFaults
  /** Whether requests may arm faults for their own flows. Default: yes. */
  takesRequestFaults?(): boolean
  /** How many keys the issuer's JWKS has. Default: one. */
  keyCount?(): number
  /** Whether the issuer may sign a token for a client. Default: yes. */
  signs?: Signs
  /** What the issuer has of the protocol. Default: everything. */
  serves?(): Served
  /** Whether the server speaks HTTPS. Default: yes. */
  speaksTls?(): boolean
  /** Told of every change at once, so that it can be stored before the request is answered. */
  onChange?(record: ArmingRecord): void
}

/** An armed fault as it was written, and what it does. */
export interface ReadFault {
  spec: ArmedFaultSpec
  plan: Plan
}

function unfit({ fault, script = [] }: ArmedFaultSpec, { path, message }: Mistake): UnderstudyError {
  const [first = ''] = script.map((step) => (typeof step === 'string' ? step : step.fault))
  const text = `Failed to arm "${fault ?? first}": ${message}.`
  return new UnderstudyError('ERR_FAULT_INVALID', 400, text, { errors: [{ path: formatPath(path), message }] })
}

/** @param why as a whole sentence; undefined: there is nothing against it */
function refuse(why: string | undefined): void {
  if (why === undefined) return
  const [, message = why] = /^Failed to arm "[^"]*": (.+)$/s.exec(why) ?? []
  throw new UnderstudyError('ERR_FAULT_INVALID', 400, why, { errors: [{ path: '', message }] })
}

/** Makes armed faults, new ones and those that were stored. */
export class Maker {
  readonly nowMs: () => number
  readonly takesRequestFaults: () => boolean
  readonly #known: () => KnownFaults
  readonly #keyCount: () => number
  readonly #speaksTls: () => boolean
  readonly #signs: Signs
  readonly #serves: () => Served | undefined
  readonly #newId: () => string
  readonly #newSeed: () => number
  readonly #onChange: (record: ArmingRecord) => void
  #order = 0

  constructor(options: ArmingOptions) {
    this.nowMs = () => options.nowMs()
    this.#known = () => options.known?.() ?? catalogFaults
    this.takesRequestFaults = () => options.takesRequestFaults?.() ?? true
    this.#keyCount = () => options.keyCount?.() ?? 1
    this.#speaksTls = () => options.speaksTls?.() ?? true
    this.#signs = (...asked) => options.signs?.(...asked) ?? true
    this.#serves = () => options.serves?.()
    this.#newId = () => options.newId?.() ?? randomUUID()
    this.#newSeed = () => options.newSeed?.() ?? randomInt(2 ** 31)
    this.#onChange = (record) => options.onChange?.(record)
  }

  /** The faults that there are. */
  get known(): KnownFaults {
    return this.#known()
  }

  newId(): string {
    return this.#newId()
  }

  /** Tells whoever stores the state of a change. */
  tell(...records: readonly ArmingRecord[]): void {
    for (const record of records) this.#onChange(record)
  }

  /** Why the issuer's keys or its server cannot serve a fault, if they cannot. */
  unfitness({ steps }: Plan): string | undefined {
    const keyCount = this.#keyCount()
    for (const step of steps) {
      const why = step?.fault.acts === 'token' ? step.fault.unfit?.(keyCount) : undefined
      if (step?.fault.acts === 'handshake' && !this.#speaksTls()) {
        return `Failed to arm "${step.fault.name}": this server speaks no HTTPS. Start it with --https.`
      }
      if (why !== undefined) return `Failed to arm "${step?.fault.name}": ${why}`
    }
    return undefined
  }

  /**
   * @param armer for whom it is armed; default: whom `when` means
   * @throws UnderstudyError `ERR_FAULT_INVALID` (400) where the issuer, its keys or its server cannot serve a fault
   */
  checkFit(read: ReadFault, armer?: Armer): void {
    this.#checkServed(read)
    refuse(this.unfitness(read.plan))
    this.#checkSigned(read, armer)
  }

  /**
   * Checks a fault that a scenario declares: one for other keys or another server never fires there, and leaves the others be.
   *
   * @throws UnderstudyError `ERR_FAULT_INVALID` (400) where the issuer cannot serve it
   */
  checkDeclared(read: ReadFault): void {
    this.#checkServed(read)
    this.#checkSigned(read)
  }

  #checkSigned({ plan, spec }: ReadFault, armer: Armer = { when: spec.when ?? {} }): void {
    refuse(unsignedness(plan, armer, this.#signs))
  }

  #checkServed({ plan, spec }: ReadFault): void {
    const served = this.#serves()
    const unserved = served && unservedness(plan, spec.when ?? {}, served)
    if (unserved !== undefined) throw unfit(spec, unserved)
  }

  make({ spec, plan }: ReadFault, from: Pick<ArmedState, 'origin' | 'scenario'>): Armed {
    this.#order += 1
    const state: ArmedState = {
      id: this.#newId(),
      ...from,
      order: this.#order,
      spec,
      ...(spec.for !== undefined && { untilMs: this.nowMs() + spec.for * 1000 }),
      ...(spec.probability !== undefined && { seed: spec.seed ?? this.#newSeed() }),
      matches: 0,
      fires: 0,
    }
    return this.#armed(state, plan)
  }

  /** Makes an armed fault again; none where the catalog no longer has what it needs. */
  remake(state: ArmedState): Armed[] {
    const { plan, mistakes } = planOf(state.spec, this.known)
    if (mistakes.length > 0) return []
    this.#order = Math.max(this.#order, state.order)
    return [this.#armed({ ...state }, plan)]
  }

  #armed(state: ArmedState, plan: Plan): Armed {
    return new Armed(state, plan, (subject) => this.tell(withoutCount(state, subject)))
  }
}
