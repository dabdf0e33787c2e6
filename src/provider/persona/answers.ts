import type { KoaContextWithOIDC } from 'oidc-provider'
import { shortGrantType } from '../../domain/client.ts'
import type { Endpoint } from '../../domain/exchange.ts'
import type { Persona } from '../../personas/persona.ts'
import type { IssuerContext } from '../context.ts'
import { fillMembers, type TemplateFacts } from './template.ts'

type Members = Record<string, unknown>
type ByGrant = Readonly<Record<string, Members>>

/**
 * Gives good answers the members that the persona says; an answer that it says nothing of stays as it is.
 *
 * @returns undefined where the persona says nothing at all
 */
export function shapeAnswers(issuer: IssuerContext) {
  const { answers } = issuer.persona
  if (answers === undefined) return undefined
  const byEndpoint = new Map<string, ByGrant>(Object.entries(answers as Record<string, ByGrant>))

  return async function shapedAnswers(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
    await next()
    const { body } = ctx
    if (
      (ctx.status !== 200 && ctx.status !== 201) ||
      typeof body !== 'object' ||
      body === null ||
      ctx.oidc === undefined
    )
      return
    const byGrant = byEndpoint.get(endpointOf(ctx.oidc.route))
    if (byGrant === undefined) return
    const facts = factsOf(issuer, ctx, body as Members)
    const members = byGrant[facts.grant.type ?? '*'] ?? byGrant['*']
    if (members !== undefined) ctx.body = fillMembers(members, facts)
  }
}

/** Routes that are none of the endpoint by whose name they go. */
const ofEndpoints: Readonly<Record<string, Endpoint>> = {
  client: 'registration',
  client_update: 'registration',
  client_delete: 'registration',
}

/** The endpoint of a route; a resource has one of its own. */
export function endpointOf(route = ''): string {
  return route.startsWith('resource.') ? 'resource' : (ofEndpoints[route] ?? route)
}

/** What an authorization is answered with, by redirect or form. */
type Fields = Record<string, unknown>

/** Gives the answer of an authorization the members that the persona says, good or bad; each is text there. */
export function createResponseShape(issuer: IssuerContext): (ctx: KoaContextWithOIDC, fields: Fields) => Fields {
  const good = (issuer.persona.answers?.authorization as ByGrant | undefined)?.['*']
  const shapeError = issuer.persona.errors?.authorization && createErrorShape(issuer.persona)

  return function shapeResponse(ctx, fields) {
    if (fields.error !== undefined) {
      const bad = shapeError?.('authorization', { status: 400, headers: {}, body: fields })
      return bad === undefined ? fields : asTexts(bad.body as Fields)
    }
    return good === undefined ? fields : asTexts(fillMembers(good, factsOf(issuer, ctx, fields)))
  }
}

function asTexts(fields: Fields): Fields {
  const told = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    told.map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  )
}

function factsOf(issuer: IssuerContext, { oidc }: KoaContextWithOIDC, answer: Members): TemplateFacts {
  const { Account, AccessToken, ClientCredentials } = oidc.entities as Record<
    string,
    { accountId?: string; scope?: string; exp?: number } | undefined
  >
  const token = AccessToken ?? ClientCredentials
  const user = issuer.users.bySub(Account?.accountId ?? token?.accountId ?? '')
  const grantType = oidc.params?.grant_type
  const lifeSeconds = Number(answer.expires_in)
  const expiresMs = Number.isFinite(lifeSeconds) ? issuer.clock.nowMs() + lifeSeconds * 1000 : undefined
  return {
    answer,
    user: user && { username: user.username, sub: user.sub, claims: user.claims },
    client: clientFacts(issuer, oidc.client?.clientId),
    grant: {
      type: typeof grantType === 'string' ? shortGrantType(grantType) : undefined,
      scope: token?.scope,
      expires_at: expiresMs === undefined ? undefined : new Date(expiresMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    },
  }
}

/** A client without its secret, which no answer repeats. */
function clientFacts({ clients }: IssuerContext, clientId: string | undefined): Members | undefined {
  const client = clientId === undefined ? undefined : clients.get(clientId)
  return client && { ...client, client_secret: undefined }
}

/** An answer that tells of an error. */
export interface ErrorAnswer {
  status: number
  /** Whether whoever armed a fault has chosen the status: then no persona changes it. */
  isStatusChosen?: true
  headers: Record<string, string>
  body: unknown
}

/** Makes of an error at an endpoint what the persona would answer. */
export type ErrorShape = <Answer extends ErrorAnswer>(endpoint: string, answer: Answer) => Answer

/**
 * Gives an error the persona's own look.
 *
 * @returns undefined where the persona says nothing of errors
 */
export function createErrorShape({ errors }: Persona): ErrorShape | undefined {
  if (errors === undefined) return undefined

  return function shapeError(endpoint, answer) {
    const body = bodyOf(answer.body)
    const code = body?.error
    if (body === undefined || typeof code !== 'string') return answer
    const shapes = errors[endpoint as keyof typeof errors]
    const shape = shapes?.[code] ?? shapes?.['*']
    if (shape === undefined) return answer
    const { error = code, members } = shape
    const status = answer.isStatusChosen ? answer.status : (shape.status ?? answer.status)
    const renamed = { ...body, error }
    const shaped = members === undefined ? renamed : fillMembers(members, { answer: renamed, grant: {} })
    const headers = Object.fromEntries(
      Object.entries(answer.headers).map(([name, value]) => [
        name,
        name.toLowerCase() === 'www-authenticate' ? value.replaceAll(`error="${code}"`, `error="${error}"`) : value,
      ]),
    )
    return { ...answer, status, headers, body: typeof answer.body === 'string' ? JSON.stringify(shaped) : shaped }
  }
}

function bodyOf(body: unknown): Members | undefined {
  if (typeof body === 'object' && body !== null) return body as Members
  if (typeof body !== 'string' || !body.startsWith('{')) return undefined
  try {
    return JSON.parse(body) as Members
  } catch {
    return undefined
  }
}
