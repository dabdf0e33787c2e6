import { catalog, type FaultName } from '../../faults/catalog.ts'
import type { ClientVerdict, Fault } from '../../faults/fault.ts'
import type { TokenType } from '../../faults/jwt.ts'
import { endpointsOf } from '../../faults/reach.ts'
import type { ArmedFaultInput } from '../../faults/spec.ts'
import { type Part, type Place, type PlaceName, placeNames, places } from './places.ts'

/** One fault at one place of a client's round. */
export interface ClientRow {
  fault: FaultName
  place: PlaceName
  /** How far a client must go to meet it, or to feel what came of it. */
  part: Part
  /** As it is armed: at this place alone, and so that it is over soon. */
  arm: ArmedFaultInput
  /** What a correct client does. */
  expected: ClientVerdict
  summary: string
  see: string
  /** The parameter of the authorization request without which a client has nothing to look at. */
  needs?: string
  /** What the client must have registered, or nothing is signed there. */
  registered?: string
  /** It takes an issuer whose JWKS has one key alone. */
  singleKey?: true
  /** It takes HTTPS. */
  https?: true
}

/** Every fault at every place of a client's round where it can fire, in the order of the catalog. */
export const everyClientRow: readonly ClientRow[] = catalog.flatMap((fault: Fault) => rowsOf(fault))

/** Every fault at the place where it is usually meant, one row each. */
export const clientRows: readonly ClientRow[] = everyClientRow.filter(
  (row, index) => everyClientRow.findIndex(({ fault }) => fault === row.fault) === index,
)

/** The faults that no client meets in its round, and why. */
export const unmetByClients: readonly { fault: FaultName; why: string }[] = catalog
  .filter(({ name }) => !clientRows.some(({ fault }) => fault === name))
  .map((fault: Fault) => ({ fault: fault.name as FaultName, why: whyUnmet(fault) }))

function rowsOf(fault: Fault): ClientRow[] {
  if (fault.acts === 'handshake') return [{ ...rowOf(fault, 'discovery'), https: true }]
  return placeNames.filter((name) => isMet(fault, places[name])).map((name) => rowOf(fault, name))
}

function isMet(fault: Fault, { endpoint, grantType, token }: Place): boolean {
  const { grantTypes } = fault
  if (!endpointsOf(fault).includes(endpoint)) return false
  if (grantType !== undefined && grantTypes?.includes(grantType) === false) return false
  if (fault.acts !== 'token') return true
  if (token === undefined || !fault.tokens.includes(token.type)) return false
  // An ID token that comes with a refresh is looked at in another way than the one that comes with a login.
  return grantType !== 'refresh_token' || grantTypes !== undefined
}

function rowOf(fault: Fault, name: PlaceName): ClientRow {
  const place: Place = places[name]
  const token = fault.acts === 'token' ? place.token : undefined
  const expected = expectedOf(fault, place)
  return {
    fault: fault.name as FaultName,
    place: name,
    part: partOf(fault, place),
    arm: {
      fault: fault.name as FaultName,
      ...(fault.exam?.with && { with: { ...fault.exam.with } }),
      ...(fault.acts !== 'handshake' && { when: whenOf(place, token?.type) }),
      // A client may try again; what it must refuse, it must refuse as often as it comes.
      ...(expected === 'reject' && { times: 'always' as const }),
    },
    expected,
    summary: fault.summary,
    see: fault.see,
    ...(fault.exam?.needs !== undefined && { needs: fault.exam.needs }),
    ...(token?.registered !== undefined && { registered: token.registered }),
    ...(fault.acts === 'token' && fault.unfit?.(1) === undefined && fault.unfit?.(2) && { singleKey: true as const }),
  }
}

function whenOf({ endpoint, grantType }: Place, token: TokenType | undefined) {
  return {
    endpoint,
    ...(grantType !== undefined && { grant_type: grantType }),
    ...(token !== undefined && { token }),
  } satisfies ArmedFaultInput['when']
}

function expectedOf(fault: Fault, { endpoint, grantType, token }: Place): ClientVerdict {
  const { client, exam } = fault
  // It breaks on its way to a browser, and the client sees nothing of it.
  if (fault.acts === 'connection' && endpoint === 'authorization' && client === 'reject') return 'either'
  if (grantType === 'refresh_token' && exam?.refresh !== undefined) return exam.refresh
  if (fault.acts !== 'token' || token === undefined) return exam?.client ?? client
  return (token.type === 'id_token' ? exam?.client : undefined) ?? fault.clientOf?.[token.type] ?? client
}

/** What happens once a request is answered is felt by what the client does next. */
function partOf(fault: Fault, { part }: Place): Part {
  if (fault.acts !== 'state') return part
  return fault.at(fault.params.parse(fault.exam?.with ?? {})) === 'answer' ? 'refresh' : part
}

function whyUnmet(fault: Fault): string {
  if (fault.acts === 'token') {
    const isForApis = fault.tokens.every((token) => token === 'access_token')
    if (isForApis) return 'It is of access tokens, which are for APIs: understudy exam api.'
    return `It is of a ${fault.tokens.join(', ')}, which no client is given as it logs in.`
  }
  if (fault.grantTypes !== undefined) return `It is of the grants ${fault.grantTypes.join(', ')} alone.`
  return `It is of ${endpointsOf(fault).join(', ')}, where no client asks as it logs in.`
}
