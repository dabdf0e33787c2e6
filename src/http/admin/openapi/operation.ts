import type { Route } from '../route.ts'
import { nounOf, parameterDescription } from './nouns.ts'
import { type Answered, problemAnswers } from './problems.ts'
import type { Schema, Schemas } from './schemas.ts'

export interface Parameter {
  name: string
  in: 'path' | 'query'
  /** Of an object: its members are named in brackets. */
  style?: 'deepObject'
  explode?: boolean
  required: boolean
  description?: string
  schema: Schema
}

export interface Media {
  schema: Schema
}

/** An operation as the document has it. */
export interface Operation {
  operationId: string
  tags: string[]
  summary: string
  description?: string
  security?: []
  parameters?: Parameter[]
  requestBody?: { required: boolean; content: Record<string, Media> }
  responses: Record<string, Answered>
}

/**
 * Describes one operation.
 *
 * @param isOpen whether it asks nobody for a token
 */
export function describeOperation(route: Route, schemas: Schemas, isOpen: boolean): Operation {
  const { summary, description, body, optionalBody } = route
  const parameters = [...pathParameters(route), ...queryParameters(schemas.query(route))]
  const taken = schemas.body(route)
  return {
    operationId: operationId(route),
    tags: [nounOf(route.path)],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(isOpen ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined || taken === undefined
      ? {}
      : { requestBody: { required: !optionalBody, content: { 'application/json': { schema: taken } } } }),
    responses: { ...good(route, schemas), ...problemAnswers(route, isOpen) },
  }
}

function good(route: Route, schemas: Schemas): Record<string, Answered> {
  const { status, description, schema, type, made } = route.good
  const given = schemas.answer(route) ?? { type: 'string' }
  const isEmpty = schema === undefined && type === undefined
  const content = isEmpty ? {} : { content: { [type ?? 'application/json']: { schema: given } } }
  return {
    [status]: { description, ...content },
    ...(made === undefined ? {} : { 201: { description: made, ...content } }),
  }
}

function pathParameters({ path }: Route): Parameter[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: parameterDescription(path, name),
    schema: { type: 'string' },
  }))
}

function queryParameters(query: Schema | undefined): Parameter[] {
  return Object.entries(query?.properties ?? {}).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: query?.required?.includes(name) ?? false,
    ...(description === undefined ? {} : { description }),
    ...(schema.type === 'object' && { style: 'deepObject' as const, explode: true }),
    schema,
  }))
}

/** `GET /api/issuers/{issuer}/faults/{id}` as `getFaultsById`. */
export function operationId({ method, path }: Pick<Route, 'method' | 'path'>): string {
  const words = path
    .replace(/^\/api(?:\/issuers\/\{issuer\}(?=\/))?/, '')
    .split(/[/.]/)
    .filter((segment) => segment !== '')
    .map((segment) => (segment.startsWith('{') ? `By-${segment.slice(1, -1)}` : segment))
  const camel = words
    .join('-')
    .replaceAll(/[-_](\w)/g, (_, letter: string) => letter.toUpperCase())
    .replace(/^\w/, (letter) => letter.toUpperCase())
  return method + camel
}
