import type { Exchange, Identity, SignIn } from '../domain/exchange.ts'
import { noRequest } from '../domain/no-request.ts'
import { UnderstudyError } from '../errors.ts'
import type { Armed, Turn } from './armed.ts'
import type { Fault } from './fault.ts'
import {
  type Fired,
  type FiredHandshake,
  type FiredNotice,
  type FiredResponse,
  type FiredToken,
  firedBy,
} from './fired.ts'
import type { FlowFaults } from './flow-faults.ts'
import type { Site, TokenType } from './jwt.ts'
import type { Maker, ReadFault } from './maker.ts'
import { type Step, signingOf } from './plan.ts'
import { armedRecord, countRecord, flowRecord } from './records.ts'
import { readInheritedFaults, readRequestFaults } from './request-faults.ts'
import type { Roster } from './roster.ts'
import type { ArmedFaultSpec } from './spec.ts'
import { WaitingSteps } from './waiting.ts'

const nothing: [] = []

/** What tells of a request whether a fault could take it. */
export type Concerned = Pick<Exchange, 'endpoint' | 'requested' | 'flow' | 'isUnread'>

/** Whom a token is made for, and what for. */
export type Holder = Pick<Identity, 'client' | 'user' | 'scope'>

/** What requests and tokens meet of what is armed: decided without a pause, so that of two at once only one takes the last. */
export class Encounters {
  readonly #maker: Maker
  readonly #roster: Roster
  readonly #flows: FlowFaults
  readonly #waiting = new WaitingSteps()

  constructor(maker: Maker, roster: Roster, flows: FlowFaults) {
    this.#maker = maker
    this.#roster = roster
    this.#flows = flows
  }

  concerns({ endpoint, requested, flow, isUnread }: Concerned): boolean {
    if (this.#roster.at(endpoint).length > 0 || this.#flows.concern(endpoint) || isUnread) return true
    return requested.faults !== undefined || flow?.faults !== undefined
  }

  /** Whether anything could be meant for what is made later of a request: a token that is signed, or a response. */
  concernsLater(exchange: Exchange, site: Site): boolean {
    if (this.#roster.at(site).length > 0 || this.#flows.concern(site)) return true
    return exchange.flow?.faults !== undefined || this.#waiting.has(exchange)
  }

  take(exchange: Exchange): Fired[] | Promise<Fired[]> {
    if (!this.concerns(exchange)) return nothing
    const own = this.#readOwn(exchange)
    const decide = (identity: Identity | undefined): Fired[] =>
      this.#forFlow(exchange, identity, own, (ofFlow) => {
        const here = ofFlow.filter(({ plan }) => plan.sites.has(exchange.endpoint))
        return this.#play([...here, ...this.#roster.at(exchange.endpoint)], exchange, identity)
      })
    const mustIdentify = own.length > 0 || this.#flows.concern(exchange.endpoint)
    const isSimple = !mustIdentify && isJudged(this.#roster.at(exchange.endpoint), exchange)
    return isSimple ? decide(undefined) : exchange.identify().then(decide)
  }

  takeSignIn(exchange: Exchange, { user, before }: SignIn): Fired[] | Promise<Fired[]> {
    const meant = this.#roster.at(exchange.endpoint).filter(({ state }) => selectsUser(state.spec))
    if (meant.length === 0) return nothing
    return exchange.identify().then((identity) => {
      const left = meant.filter((armed) => armed.judge(exchange, { ...identity, user: before }) !== true)
      return this.#play(left, exchange, { ...identity, user })
    })
  }

  async takeToken(exchange: Exchange, token: TokenType, holder: Holder): Promise<FiredToken[]> {
    const fired = await this.#takeLater(exchange, signingOf(token), holder)
    return fired.filter((each) => each.acts === 'token')
  }

  async takeResponse(exchange: Exchange, holder: Holder): Promise<FiredResponse[]> {
    const fired = await this.#takeLater(exchange, 'responding', holder)
    return fired.filter((each) => each.acts === 'response')
  }

  async takeNotice(exchange: Exchange, holder: Holder): Promise<FiredNotice | undefined> {
    const fired = await this.#takeLater(exchange, 'notifying', holder)
    return fired.find((each) => each.acts === 'notice')
  }

  takeHandshake(servername: string): FiredHandshake | undefined {
    const all = this.#roster.at('connecting')
    if (all.length === 0) return undefined
    const meant = all.filter(({ plan }) =>
      plan.steps.every((step) => step?.fault.acts !== 'handshake' || step.fault.meets(servername, step.params)),
    )
    return this.#play(meant, noRequest('discovery'), {}).find((each) => each.acts === 'handshake')
  }

  /** Fires a step that was not armed; one for what is made later waits. */
  fireOnce(due: Step, exchange: Exchange): Fired | undefined {
    const armedId = this.#maker.newId()
    if (!isForLater(due.fault.acts)) return firedBy({ id: armedId, origin: 'hook' }, due, exchange)
    this.#waiting.add(exchange, { armedId, due })
    return undefined
  }

  #readOwn(exchange: Exchange): ReadFault[] {
    const { faults } = exchange.requested
    if (faults === undefined) return []
    if (this.#maker.takesRequestFaults()) {
      const read = readRequestFaults(faults, exchange, this.#maker.known)
      for (const each of read) this.#maker.checkFit(each, { flowOf: exchange.client })
      return read
    }
    const text =
      'Failed to arm the faults of a request: this issuer takes none (request_faults: false). Arm it by the admin API.'
    throw new UnderstudyError('ERR_FAULT_INVALID', 400, text)
  }

  /** Plays what the request's flow has armed before all else, and tells what that has counted. */
  #forFlow<Fires>(
    exchange: Exchange,
    identity: Identity | undefined,
    own: readonly ReadFault[],
    play: (ofFlow: readonly Armed[]) => Fires,
  ): Fires {
    const flowId = this.#armForFlow(exchange, identity, own)
    const ofFlow = (flowId === undefined ? undefined : this.#flows.of(flowId)) ?? []
    const fires = play(ofFlow)
    if (flowId !== undefined && ofFlow.length > 0) this.#maker.tell(flowRecord(flowId, ofFlow))
    return fires
  }

  #play(candidates: readonly Armed[], exchange: Exchange, identity: Identity | undefined): Fired[] {
    const fired: Fired[] = []
    for (const armed of candidates) {
      const turn = this.#turnOf(armed, exchange, identity)
      if (turn === undefined) continue
      fired.push(...this.#act(armed, turn, exchange, fired))
      this.#remember(armed, turn.subject)
      if (armed.isSpent(this.#maker.nowMs)) this.#settle(armed)
    }
    return fired
  }

  /** What comes of a turn: of those that exclude each other, the first; a script's step for what is made later waits. */
  #act(armed: Armed, { due, subject }: Turn, exchange: Exchange, before: readonly Fired[]): Fired[] {
    if (due === undefined) return []
    const { acts } = due.fault
    if (isAlone(acts) && before.some((other) => other.acts === acts)) return []
    if (isForLater(acts) && armed.plan.script && !armed.plan.sites.has('notifying')) {
      this.#waiting.add(exchange, { armed, subject, due })
      return []
    }
    return [this.#fire(armed, subject, due, exchange)]
  }

  #takeLater(exchange: Exchange, site: Site, holder: Holder): Fired[] | Promise<Fired[]> {
    if (!this.concernsLater(exchange, site)) return nothing
    const seen = madeFor(holder, exchange)
    const isMeant = ({ plan }: Armed) =>
      plan.sites.has(site) && plan.endpoints.has(exchange.endpoint) && this.#maker.unfitness(plan) === undefined
    const decide = (identity: Identity | undefined): Fired[] =>
      this.#forFlow(exchange, identity, [], (ofFlow) => {
        const waited = this.#takeWaiting(exchange, site)
        const armed = [...ofFlow, ...this.#roster.at(site)].filter(isMeant)
        return [...waited, ...this.#play(armed, seen, identity)]
      })
    const isSimple = !this.#flows.concern(site) && isJudged(this.#roster.at(site).filter(isMeant), seen)
    return isSimple ? decide(undefined) : seen.identify().then(decide)
  }

  #takeWaiting(exchange: Exchange, site: Site): Fired[] {
    return this.#waiting.take(exchange, site).map((waiting) => {
      if ('armedId' in waiting) return firedBy({ id: waiting.armedId, origin: 'hook' }, waiting.due, exchange)
      const { armed, subject, due } = waiting
      const fired = this.#fire(armed, subject, due, exchange)
      this.#remember(armed, subject)
      return fired
    })
  }

  #fire(armed: Armed, subject: string | undefined, due: Step, exchange: Exchange): Fired {
    armed.fired(subject)
    return firedBy(armed.state, due, exchange, () => this.#takeBack(armed, subject, exchange))
  }

  /** What has found nothing to act on has not fired, and may do so yet. */
  #takeBack(armed: Armed, subject: string | undefined, { flow }: Exchange): void {
    const wasSpent = armed.isSpent(this.#maker.nowMs)
    armed.unfired(subject)
    this.#remember(armed, subject)
    const ofFlow = flow && this.#flows.of(flow.id)
    if (flow && ofFlow?.includes(armed)) this.#maker.tell(flowRecord(flow.id, ofFlow))
    if (!wasSpent) return
    if (armed.state.origin === 'request') this.#flows.revive(armed)
    else this.#roster.refresh()
  }

  #turnOf(armed: Armed, exchange: Exchange, identity: Identity | undefined): Turn | undefined {
    if (!armed.isSpent(this.#maker.nowMs)) {
      return armed.judge(exchange, identity) === true ? armed.turn(exchange, identity) : undefined
    }
    this.#settle(armed)
    return undefined
  }

  /** Arms what a request, or the one that began its flow, has asked for; says which flow has anything armed. */
  #armForFlow(exchange: Exchange, identity: Identity | undefined, own: readonly ReadFault[]): string | undefined {
    const flow = exchange.flow ?? identity?.flow
    const known = flow !== undefined && this.#flows.of(flow.id) !== undefined
    const text = known || flow?.faults === exchange.requested.faults ? undefined : flow?.faults
    const inherited = text === undefined ? [] : readInheritedFaults(text, exchange, this.#maker.known)
    const added = [...inherited, ...own].map((read) => this.#maker.make(read, { origin: 'request' }))
    if (added.length === 0) return known ? flow.id : undefined
    const { id } = flow ?? exchange.ownFlow
    this.#flows.add(id, added)
    return id
  }

  #settle(armed: Armed): void {
    if (armed.state.origin === 'request') this.#flows.settle(armed)
    else this.#roster.refresh()
  }

  #remember(armed: Armed, subject: string | undefined): void {
    if (armed.state.origin === 'request') return
    this.#maker.tell(armedRecord(armed))
    if (subject !== undefined) this.#maker.tell(countRecord(armed, subject, armed.counts.of(subject)))
  }
}

/** Whether only one fault of a kind can act on a request. */
function isAlone(acts: Fault['acts']): boolean {
  return acts === 'answer' || acts === 'connection' || acts === 'notice' || acts === 'handshake'
}

/** Whether faults of a kind act on what comes of a request, rather than on the request. */
function isForLater(acts: Fault['acts']): boolean {
  return acts === 'token' || acts === 'response' || acts === 'notice'
}

/** Whether a fault is meant for certain users. */
function selectsUser({ when }: ArmedFaultSpec): boolean {
  return when?.user !== undefined
}

/** Whether a request can be judged by itself, before it is looked up whose it is. */
function isJudged(candidates: readonly Armed[], exchange: Exchange): boolean {
  return candidates.every((armed) => armed.judge(exchange, undefined) !== undefined)
}

/** A request as one of whom a token is made for in it: who asks is somebody else, or cannot be seen any more. */
function madeFor({ client, user, scope }: Holder, exchange: Exchange): Exchange {
  async function identify(): Promise<Identity> {
    const identity = await exchange.identify()
    return { ...identity, client, user: user ?? identity.user, scope: scope ?? identity.scope }
  }
  const changed: Partial<Exchange> = { client, identify }
  return new Proxy(exchange, {
    get: (target, name) => Reflect.get(Object.hasOwn(changed, name) ? changed : target, name),
  })
}
