import type { Exchange } from '../domain/exchange.ts'
import type { IssuerHooks, RequestView } from '../domain/issuer.ts'
import type { Arming } from '../faults/arming.ts'
import type { FaultAnswer } from '../faults/fault.ts'
import type { Delays, Fired } from '../faults/fired.ts'

/** What a request meets its faults with. */
interface Meeting {
  arming: Arming
  onRequest: IssuerHooks['onRequest']
  delays: Delays
  /** Waits until what has been counted is stored. */
  settled(): Promise<void>
}

/** Lets a request meet its faults: waits where one lets it wait, and then tells the answer of the one that takes it, if one does. */
export async function meetFaults(exchange: Exchange, meeting: Meeting): Promise<FaultAnswer | undefined> {
  const { arming, onRequest, delays, settled } = meeting
  const step = await onRequest?.(viewOf(exchange))
  const hooked = step === undefined ? undefined : arming.fireOnce(step, exchange)
  const armed = hooked?.acts === 'answer' ? [] : await arming.take(exchange)
  await settled()
  const fired: Fired[] = hooked === undefined ? armed : [hooked, ...armed]
  for (const each of fired) if (each.acts === 'delay') await each.delay(delays)
  return fired.find((each) => each.acts === 'answer')?.answer()
}

/** What a fixtures module's `onRequest` sees of a request. */
function viewOf({ endpoint, method, headers, params, client }: Exchange): RequestView {
  const plain = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value])
  return { endpoint, method, headers: Object.fromEntries(plain), params, client }
}
