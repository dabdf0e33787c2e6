import type { OutgoingCall } from '../domain/outcome.ts'
import { readBounded } from './bounded-answer.ts'
import type { IssuerContext } from './context.ts'
import { currentExchange } from './current-exchange.ts'

/** Answers above this are not remembered, in bytes. */
const rememberedBytes = 65_536

/** How long a whole answer may take. */
const patienceMs = 5000

/** What is called, by the member of a client's registration that names its URL. */
const calledMembers = {
  jwks_uri: 'jwks_uri',
  sector_identifier_uri: 'sector_identifier_uri',
  backchannel_logout_uri: 'backchannel_logout',
} as const

type Init = RequestInit & { dispatcher?: unknown }

/**
 * The `fetch` by which the provider calls others; what comes of each call is told to `onCall`.
 *
 * A client's keys may well be on this very machine, which the provider's own dispatcher would not let it reach.
 */
export function createFetch({ clients, onCall }: Pick<IssuerContext, 'clients' | 'onCall'>) {
  function whatIsCalled(url: string): Pick<OutgoingCall, 'endpoint' | 'client'> {
    for (const [client, registered] of clients) {
      for (const [member, endpoint] of Object.entries(calledMembers)) {
        if ((registered as Record<string, unknown>)[member] === url) return { endpoint, client }
      }
    }
    const exchange = currentExchange()
    // Of a client that is about to be registered, nothing else is looked at.
    if (exchange?.endpoint === 'registration') return { endpoint: 'sector_identifier_uri' }
    return { endpoint: 'request_uri', client: exchange?.client }
  }

  return async function recordedFetch(target: string | URL | Request, init: Init = {}): Promise<Response> {
    const { dispatcher: _, ...plain } = init
    const deadline = AbortSignal.timeout(patienceMs)
    const signal = plain.signal ? AbortSignal.any([plain.signal, deadline]) : deadline
    const request = new Request(target, { ...plain, signal })
    const url = target instanceof Request ? target.url : String(target)
    const startMs = performance.now()
    const begun = {
      ...whatIsCalled(url),
      method: request.method,
      url,
      headers: Object.fromEntries(request.headers),
      body: typeof init.body === 'string' || init.body instanceof URLSearchParams ? init.body.toString() : '',
      flow: currentExchange()?.flow,
      startedAtMs: Date.now(),
    }
    const tell = (ended: Pick<OutgoingCall, 'answer' | 'failure'>) =>
      onCall({ ...begun, ...ended, durationMs: performance.now() - startMs })
    try {
      const { response, body, failure } = await readBounded(await fetch(request), signal)
      tell(failure === undefined ? { answer: remembered(response, body) } : { failure: reason(failure) })
      return response
    } catch (error) {
      tell({ failure: reason(error) })
      throw error
    }
  }
}

function remembered({ status, headers }: Response, body: Buffer): OutgoingCall['answer'] {
  const isLarge = body.length > rememberedBytes
  return { status, headers: Object.fromEntries(headers), body: isLarge ? '' : body.toString() }
}

function reason(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } }
  return cause?.code ?? cause?.message ?? message
}
