/** What a request's body is read as. */
export type BodyKind = 'form' | 'json' | 'other'

const formType = /^application\/x-www-form-urlencoded\s*(?:;|$)/i
const jsonType = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i

/** How no form begins: JSON and XML do, also where somebody has encoded them as if they were one. */
const otherwise = /^\s*(?:[{["<]|%(?:7B|5B|22|3C))/i

/**
 * What a body is read as: what it is declared to be, as the provider takes it.
 *
 * JSON that is sent as a form, as curl does by itself, is none: its "names" would be all that it says.
 *
 * @param type the request's `Content-Type`
 */
export function bodyKind(type: string | string[] | undefined, body: string): BodyKind {
  const declared = String(type ?? '')
  if (formType.test(declared)) return otherwise.test(body) ? 'other' : 'form'
  return jsonType.test(declared) ? 'json' : 'other'
}
