import type { Exchange, SignIn } from '../domain/exchange.ts'
import type { IssuerHooks, RequestView } from '../domain/issuer.ts'
import { UnderstudyError } from '../errors.ts'
import type { Arming } from '../faults/arming.ts'
import type { FaultAnswer, StateEffect } from '../faults/fault.ts'
import type { Fired } from '../faults/fired.ts'
import type { Aftermath } from './aftermath.ts'
import type { Waits } from './waits.ts'

/** What a request meets its faults with. */
interface Meeting {
  arming: Arming
  onRequest: IssuerHooks['onRequest']
  waits: Waits
  aftermath: Aftermath
  /** Has an effect come true. */
  state(effect: StateEffect | undefined): Promise<void>
  /** Waits until what has been counted is stored. */
  settled(): Promise<void>
}

/**
 * Lets a request meet its faults: has happen what one lets happen, waits where one lets it wait, and then tells the answer of the one that takes it, if
 * one does. What is for the answer is put by until that is there.
 *
 * @throws UnderstudyError `ERR_CLIENT_GONE` (499) where nobody waits for the answer any more
 */
export async function meetFaults(exchange: Exchange, meeting: Meeting): Promise<FaultAnswer | undefined> {
  const { arming, onRequest } = meeting
  const step = await onRequest?.(viewOf(exchange))
  const hooked = step === undefined ? undefined : arming.fireOnce(step, exchange)
  const armed = hooked?.acts === 'answer' ? [] : await arming.take(exchange)
  return carryOut(hooked === undefined ? armed : [hooked, ...armed], exchange, meeting)
}

/** Lets a request by which somebody signs in meet the faults that are meant for this person. */
export async function meetOwnFaults(
  exchange: Exchange,
  signIn: SignIn,
  meeting: Meeting,
): Promise<FaultAnswer | undefined> {
  return carryOut(await meeting.arming.takeSignIn(exchange, signIn), exchange, meeting)
}

async function carryOut(
  fired: Fired[],
  exchange: Exchange,
  { waits, aftermath, state, settled }: Meeting,
): Promise<FaultAnswer | undefined> {
  await settled()
  if (fired.length === 0) return undefined
  for (const each of fired) {
    if (each.acts === 'state' && each.at === 'request') await state(each.effect(await exchange.identify()))
  }
  for (const each of fired) {
    if (each.acts !== 'delay') continue
    if (each.at === 'answer') waits.postpone(exchange, each.delay)
    else await each.delay(waits.for(exchange))
  }
  if (waits.isGone(exchange)) throw clientGone()
  aftermath.put(exchange, fired)
  const answer = fired.find((each) => each.acts === 'answer')?.answer()
  if (!answer?.plain || exchange.endpoint !== 'authorization') return answer
  // It is no error that could travel by redirect: whatever the authorization comes to, this is what the browser gets.
  aftermath.replace(exchange, answer)
  return undefined
}

/** What nobody waits for has never happened: a request that was held on its way has not arrived. */
function clientGone(): UnderstudyError {
  return new UnderstudyError('ERR_CLIENT_GONE', 499, 'Failed to answer: the client went away while the request waited.')
}

/** What a fixtures module's `onRequest` sees of a request. */
function viewOf({ endpoint, method, headers, params, client }: Exchange): RequestView {
  const plain = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value])
  return { endpoint, method, headers: Object.fromEntries(plain), params, client }
}
