import { type BareItem, DisplayString, type Item, isInnerList, parseList, Token } from 'structured-headers'
import { plainly } from '../domain/schema-words.ts'
import { UnderstudyError } from '../errors.ts'
import type { KnownFaults } from './catalog.ts'
import { type Position, placesInFlow } from './descent.ts'
import type { ReadFault } from './maker.ts'
import { plainPath, planOf } from './plan.ts'
import { mistakesText } from './read.ts'
import { armedFaultSchema, unknownFaultText } from './spec.ts'

/**
 * Reads the faults that a request arms for its own flow: an RFC 9651 list, such as `latency;ms=3000, slow_down`.
 *
 * The parameters `endpoint`, `skip` and `times` are those of an armed fault, `token` is that of its `when`, all others go to the fault. Without an
 * endpoint it fires at the request's own if it can, else wherever it can in what descends from it.
 *
 * @throws UnderstudyError with status 400: `ERR_FAULT_UNKNOWN`, or `ERR_FAULT_INVALID`, which says where it can fire
 * @see {@link https://www.rfc-editor.org/rfc/rfc9651#section-3.1 RFC 9651 section 3.1}
 */
export function readRequestFaults(text: string, position: Position, known: KnownFaults): ReadFault[] {
  return listItems(text).map((item) => readItem(item, position, known))
}

/**
 * Reads the faults that the first request of a flow has armed for it, when that request was not seen.
 *
 * @param later a request of the flow, which tells by its grant how the flow may have begun
 */
export function readInheritedFaults(text: string, later: Position, known: KnownFaults): ReadFault[] {
  const began = beginnings[later.grantType ?? ''] ?? 'authorization'
  return listItems(text).flatMap((item) => {
    try {
      return [readItem(item, { endpoint: began }, known)]
    } catch {
      // It was checked when it was asked for; what cannot fire in a flow that began so has had its chance.
      return []
    }
  })
}

/** The endpoints where flows begin that do so elsewhere than at `authorization`, by the grants that tell of them. */
const beginnings: Readonly<Record<string, Position['endpoint']>> = {
  device_code: 'device_authorization',
  ciba: 'backchannel_authentication',
}

function listItems(text: string): Item[] {
  try {
    return parseList(text).map((member) => {
      if (isInnerList(member)) throw new Error('a list inside the list is no fault')
      return member
    })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const way = 'Write a list of names with parameters, such as latency;ms=3000, slow_down;endpoint=token.'
    throw invalid(`the faults of a request: "${text}" cannot be read (${why}). ${way}`)
  }
}

function readItem([value, parameters]: Item, position: Position, known: KnownFaults): ReadFault {
  const name = String(plainValue(value))
  const fault = known.find(name)
  if (fault === undefined) {
    throw new UnderstudyError('ERR_FAULT_UNKNOWN', 400, `Failed to arm "${name}": ${unknownFaultText(name, known)}.`)
  }
  const given = Object.fromEntries([...parameters].map(([key, item]) => [key, plainValue(item)]))
  const { endpoint, token, skip, times, ...params } = given
  const places = placesInFlow(fault, { endpoint, token }, position)
  if ('mistake' in places) throw invalid(`"${name}" by this request: ${places.mistake}`)
  const written = { fault: name, with: params, when: { endpoint: places.endpoints, token: places.token }, skip, times }
  const { data: spec, error } = armedFaultSchema.safeParse(written, { error: plainly })
  if (error)
    throw invalid(
      `"${name}": ${mistakesText(error.issues.map(({ path, message }) => ({ path: plainPath(path), message })))}`,
    )
  const { plan, mistakes } = planOf(spec, known)
  if (mistakes.length > 0) throw invalid(`"${name}": ${mistakesText(mistakes)}`)
  return { spec, plan }
}

/** A bare item as JSON has it: tokens and display strings are text. */
function plainValue(item: BareItem): unknown {
  if (item instanceof Token || item instanceof DisplayString) return item.toString()
  if (typeof item === 'object')
    throw invalid('the faults of a request: expected names, text, numbers and booleans. Leave bytes and dates out.')
  return item
}

function invalid(text: string): UnderstudyError {
  return new UnderstudyError('ERR_FAULT_INVALID', 400, `Failed to arm ${text}`)
}
