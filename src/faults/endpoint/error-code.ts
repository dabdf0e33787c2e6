import * as z from 'zod'
import type { Endpoint, Exchange } from '../../domain/exchange.ts'
import { durationSeconds } from '../../time.ts'
import { defineAnswerFault, type FaultAnswer, type Mistake } from '../fault.ts'
import { challenge, type Scheme } from './challenge.ts'

/** How an endpoint says an error: by redirect, on a page, or as JSON with a status and perhaps a challenge. */
type Place = { by: 'redirect' } | { by: 'page'; status: number } | { by: 'json'; status: number; scheme?: Scheme }

type Places = Partial<Record<Endpoint, Place>>

/** RFC 6749 4.1.2.1: the error travels to the client's redirect URI. */
export const byRedirect: Place = { by: 'redirect' }

/** RFC 6749 4.1.2.1: no redirect where the client or its redirect URI is not to be trusted. */
export const onPage: Place = { by: 'page', status: 400 }

/** RFC 6749 5.2, and whatever refers to it. */
export const asJson = (status: number): Place => ({ by: 'json', status })

/** RFC 6749 5.2: 401, with a challenge where the client used the Authorization header. */
export const asFailedClient: Place = { by: 'json', status: 401, scheme: 'Basic' }

/** RFC 6750 3: the answer of a protected resource. */
export const asResource = (status: number, scheme: Scheme = 'Bearer'): Place => ({ by: 'json', status, scheme })

/** What `with` takes for every error code. */
export const codeParams = z.strictObject({
  description: z.string().optional().describe('The error_description; empty: left out. Default: what the code means.'),
  uri: z.url().optional().describe('The error_uri. Default: left out.'),
  status: z
    .int()
    .refine((status) => status === 200 || (status >= 400 && status <= 599), {
      error: 'expected 200, as some providers answer, or 400 to 599',
    })
    .optional()
    .describe('The HTTP status: 200, or 400 to 599. Default: as the RFC says.'),
  retry_after: durationSeconds.optional().describe('The Retry-After header, in whole seconds. Default: left out.'),
})

type CodeParams = z.output<typeof codeParams>

interface Code<Name extends string, Params extends z.ZodType<CodeParams>> {
  /** As on the wire. */
  name: Name
  /** One sentence, in the characters that an `error_description` may have: it is the default one. */
  summary: string
  see: string
  /** Where it fires, and how it is said there. */
  at: Places
  /** Where it fires only if asked to by name. */
  alsoAt?: Places
  grantTypes?: readonly string[]
  params: Params
  /** What the code adds to the answer: attributes of the challenge, and headers. */
  more?(
    params: z.output<Params>,
    endpoint: Endpoint,
  ): { attributes?: Record<string, string>; headers?: Record<string, string> }
}

/**
 * Declares an error code as a fault that fires at every endpoint that may answer with it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 */
export function defineErrorCode<const Name extends string, Params extends z.ZodType<CodeParams>>(
  code: Code<Name, Params>,
) {
  const places: Places = { ...code.alsoAt, ...code.at }
  return defineAnswerFault({
    name: code.name,
    summary: code.summary,
    see: code.see,
    endpoints: Object.keys(code.at) as Endpoint[],
    ...(code.alsoAt && { alsoAt: Object.keys(code.alsoAt) as Endpoint[] }),
    ...(code.grantTypes && { grantTypes: code.grantTypes }),
    client: 'handle',
    params: code.params,
    check: (params: z.output<Params>, endpoints: readonly Endpoint[]) =>
      endpoints.every((endpoint) => places[endpoint]?.by === 'redirect') ? statusMistakes(code.name, params) : [],
    answer(exchange: Exchange, params: z.output<Params>): FaultAnswer {
      const place = places[exchange.endpoint] ?? asJson(400)
      const { description = code.summary, uri } = params
      const error = { error: code.name, ...(description && { error_description: description }) }
      const body = { ...error, ...(uri !== undefined && { error_uri: uri }) }
      if (place.by === 'redirect') return { status: 303, headers: {}, body }
      const { attributes, headers } = code.more?.(params, exchange.endpoint) ?? {}
      const authenticate = place.by === 'json' && challenge(place.scheme, exchange, { ...body, ...attributes })
      return {
        status: params.status ?? place.status,
        ...(params.status !== undefined && { isStatusChosen: true as const }),
        headers: {
          'cache-control': 'no-store',
          ...(place.by === 'json' && { 'content-type': 'application/json; charset=utf-8' }),
          ...(authenticate && { 'www-authenticate': authenticate }),
          ...(params.retry_after !== undefined && { 'retry-after': String(Math.ceil(params.retry_after)) }),
          ...headers,
        },
        body,
        ...(place.by === 'page' && { page: true }),
      }
    },
  })
}

function statusMistakes(name: string, params: CodeParams): Mistake[] {
  return (['status', 'retry_after'] as const)
    .filter((member) => params[member] !== undefined)
    .map((member) => ({
      path: ['with', member],
      message: `"${name}" takes no ${member} at authorization: there the error travels by redirect. Leave it out`,
    }))
}
