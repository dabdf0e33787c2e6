import type { Endpoint, Exchange, Flow, Identity } from '../../src/domain/exchange.ts'
import { Arming, type ArmingOptions, type ArmingRecord } from '../../src/faults/arming.ts'
import type { FaultAnswer } from '../../src/faults/fault.ts'
import type { Fired } from '../../src/faults/fired.ts'
import type { ProtocolAnswer } from '../../src/faults/kind/answer.ts'

interface Circumstances {
  method?: string
  headers?: Exchange['headers']
  params?: Exchange['params']
  client?: string
  grantType?: string
  tag?: string
  faults?: string
  /** Known before anything is looked up. */
  flow?: Flow
  /** What looking up finds. */
  identity?: Identity
}

export interface FakeExchange extends Exchange {
  /** How often it was asked whose request it is. */
  readonly lookups: number
}

let started = 0

/** A request as the engine sees it. */
export function request(endpoint: Endpoint, circumstances: Circumstances = {}): FakeExchange {
  const { identity = {}, tag, faults } = circumstances
  let flow = circumstances.flow
  let lookups = 0
  return {
    endpoint,
    method: circumstances.method ?? 'POST',
    headers: circumstances.headers ?? {},
    params: circumstances.params ?? {},
    client: circumstances.client,
    grantType: circumstances.grantType,
    requested: { tag, faults },
    body: '',
    polledCode: undefined,
    fired: [],
    get flow() {
      return flow
    },
    get ownFlow() {
      started += 1
      flow ??= { id: `flow-${started}`, tag, faults }
      return flow
    },
    get lookups() {
      return lookups
    },
    async identify() {
      lookups += 1
      flow ??= identity.flow
      return identity
    },
  }
}

/** A request at the token endpoint, of a client that is told. */
export function tokenRequest(client = 'web-app', circumstances: Circumstances = {}): FakeExchange {
  return request('token', { client, grantType: 'authorization_code', ...circumstances })
}

/** A poll of a device, whose flow is found by its device code. */
export function poll(flowId: string, circumstances: Circumstances = {}): FakeExchange {
  const identity = { client: 'tv-app', flow: { id: flowId }, ...circumstances.identity }
  return request('token', { client: 'tv-app', grantType: 'device_code', ...circumstances, identity })
}

/** An engine with a clock that a test moves, ids in order, and what it told to be stored. */
export function armingOfTest(options: Partial<ArmingOptions> = {}) {
  const clock = { ms: 1_000_000 }
  const stored = new Map<string, unknown>()
  let ids = 0
  const onChange = ({ key, value }: ArmingRecord) => {
    if (value === undefined) stored.delete(key)
    else stored.set(key, structuredClone(value))
  }
  const newId = () => {
    ids += 1
    return `armed-${ids}`
  }
  const arming = new Arming({ nowMs: () => clock.ms, newId, newSeed: () => 7, onChange, ...options })
  const records = () => [...stored].map(([key, value]) => ({ key, value }))
  return { arming, clock, stored, records }
}

/** The answer of what has fired, where that answers. */
export function answerOf(fired: Fired | undefined): FaultAnswer | undefined {
  return fired?.acts === 'answer' ? fired.answer() : undefined
}

/** The name of the fault that a request meets, or `pass`. */
export async function met(arming: Arming, exchange: Exchange): Promise<string> {
  const [fired] = await arming.take(exchange)
  return fired?.fault.name ?? 'pass'
}

/** What each of several requests meets, one after another. */
export async function metByEach(arming: Arming, exchanges: readonly Exchange[]): Promise<string[]> {
  const names: string[] = []
  for (const exchange of exchanges) names.push(await met(arming, exchange))
  return names
}

/** The code and text of the error that something throws. */
export function mistake(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'status' in error)
      return `${error.code} ${error.status} ${error.message}`
    throw error
  }
  return 'no mistake'
}

/** An answer as one of the protocol. */
export function ofProtocol(answer: FaultAnswer): ProtocolAnswer {
  if (answer.plain) throw new Error('It answers as a gateway does.')
  return answer
}
