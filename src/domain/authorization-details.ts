import * as z from 'zod'

const allowed = (what: string) =>
  z.array(z.string().min(1)).optional().describe(`The ${what} that may be asked for. Left out: any.`)

/**
 * A type of authorization details that an issuer understands, and what requests of the type must be like.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9396#section-2 RFC 9396 section 2}
 */
export const authorizationDetailTypeSchema = z
  .strictObject({
    description: z.string().optional().describe('Shown on the consent page. Default: the name of the type.'),
    required: z.array(z.string()).default([]).describe('Members that must be there.'),
    members: z
      .array(z.string())
      .optional()
      .describe('Members that may be there, beside those that RFC 9396 has for all types. Left out: any.'),
    locations: allowed('locations'),
    actions: allowed('actions'),
    datatypes: allowed('kinds of data'),
    privileges: allowed('privileges'),
  })
  .meta({ id: 'authorization_detail_type', description: 'A type of authorization details (RFC 9396).' })

export type AuthorizationDetailType = z.output<typeof authorizationDetailTypeSchema>

/** One object of `authorization_details`. */
export type AuthorizationDetail = Readonly<Record<string, unknown>> & { readonly type: string }

/** The lists of strings that every type may have. */
const commonLists = ['locations', 'actions', 'datatypes', 'privileges'] as const

const commonMembers: ReadonlySet<string> = new Set(['type', 'identifier', ...commonLists])

/** What is wrong with a detail by what is declared of its type; undefined: nothing. */
export function detailMistake(detail: AuthorizationDetail, declared: AuthorizationDetailType): string | undefined {
  const missing = declared.required.find((name) => detail[name] === undefined)
  if (missing !== undefined) return `authorization details of type '${detail.type}' need the member '${missing}'`
  const known = new Set([...(declared.members ?? []), ...declared.required])
  const unknown = declared.members && Object.keys(detail).find((name) => !(commonMembers.has(name) || known.has(name)))
  if (unknown !== undefined) return `authorization details of type '${detail.type}' have no member '${unknown}'`
  for (const name of commonLists) {
    const given = detail[name] ?? []
    if (!(Array.isArray(given) && given.every((value) => typeof value === 'string' && value !== ''))) {
      return `'${name}' must be an array of non-empty strings`
    }
    const other = given.find((value) => declared[name]?.includes(value) === false)
    if (other !== undefined) {
      return `authorization details of type '${detail.type}' cannot have '${other}' among their ${name}`
    }
  }
  return undefined
}

/**
 * Whether what is asked for is no more than what was granted: of the common lists fewer entries may be asked for, all
 * else must be the same.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9396#section-6.1 RFC 9396 section 6.1}
 */
export function isWithin(asked: AuthorizationDetail, granted: AuthorizationDetail): boolean {
  const lists = new Set<string>(commonLists)
  return Object.keys({ ...asked, ...granted }).every((name) => {
    const [want, have] = [asked[name], granted[name]]
    // A list that was granted and is not asked for would be all of it.
    if (lists.has(name) && Array.isArray(want) && Array.isArray(have)) return want.every((each) => have.includes(each))
    return sameJson(want, have)
  })
}

function sameJson(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const names = Object.keys({ ...one, ...other })
  return names.every((name) =>
    sameJson((one as Record<string, unknown>)[name], (other as Record<string, unknown>)[name]),
  )
}
