import type { ReferenceAnswer, ReferenceMember, ReferenceOperation, ReferencePage } from '../../domain/reference.ts'
import type { ApiDocument } from './openapi/document.ts'
import { exampleOf, exampleOfParameter, type Resolve } from './openapi/example.ts'
import { nounOf } from './openapi/nouns.ts'
import type { Operation, Parameter } from './openapi/operation.ts'
import type { Schema } from './openapi/schemas.ts'

const component = '#/components/schemas/'

/** What the reference page shows of the document. */
export function referencePage(document: ApiDocument): ReferencePage {
  const { schemas } = document.components
  const resolve: Resolve = (schema) => {
    const named = schema.$ref === undefined ? undefined : schemas[schema.$ref.slice(component.length)]
    return named === undefined ? schema : { ...named, ...schema }
  }
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationOf(document, resolve, method, path, operation)),
  )
  return {
    version: document.info.version,
    server: document.servers[0]?.url ?? '',
    needsToken: document.security.length === 1,
    nouns: document.tags.map(({ name, description }) => ({
      name,
      description,
      operations: operations.filter(({ noun }) => noun === name),
    })),
    schemas: Object.entries(schemas).map(([name, schema]) => ({
      name,
      description: schema.description ?? '',
      type: typeOf({ ...schema, $ref: undefined }),
      options: optionsOf(schema, resolve),
      members: membersOf(schema),
    })),
  }
}

function operationOf(
  document: ApiDocument,
  resolve: Resolve,
  method: string,
  path: string,
  operation: Operation,
): ReferenceOperation {
  const { operationId, tags, summary, description = '', parameters = [], requestBody } = operation
  const body = requestBody?.content['application/json']?.schema
  return {
    id: operationId,
    noun: tags[0] ?? '',
    method: method.toUpperCase(),
    path,
    summary,
    description,
    parameters: parameters.map((each) => ({ ...memberOf(each.name, each.schema, each), in: each.in })),
    body: body && {
      ...memberOf('body', body, requestBody),
      options: optionsOf(resolve(body), resolve),
      members: membersOf(resolve(body)),
    },
    curl: curlOf(document, resolve, method, path, operation),
    ...answersOf(document, resolve, operation),
  }
}

function answersOf(
  { components }: ApiDocument,
  resolve: Resolve,
  { responses }: Operation,
): Pick<ReferenceOperation, 'answers' | 'problems'> {
  const answers: ReferenceAnswer[] = []
  const problems: ReferenceOperation['problems'] = []
  for (const [status, answer] of Object.entries(responses)) {
    const whole = '$ref' in answer ? components.responses[answer.$ref.split('/').at(-1) ?? ''] : answer
    if (whole === undefined) continue
    const { description, content = {} } = whole
    const [[type, media] = []] = Object.entries(content)
    if (Number(status) >= 400) {
      for (const line of description.split('\n\n')) {
        const [, code = '', meaning = ''] = /^`(\w+)`: (.*)$/s.exec(line) ?? []
        problems.push({ status: Number(status), code, meaning })
      }
      continue
    }
    const isJson = type === 'application/json'
    const example = media && isJson ? JSON.stringify(exampleOf(media.schema, resolve), null, 2) : undefined
    answers.push({
      status: Number(status),
      description,
      type: type ?? '',
      schema: media && typeOf(media.schema),
      example,
    })
  }
  return { answers, problems }
}

/** A command line that can be pasted into a shell. */
function curlOf(
  { servers, security }: ApiDocument,
  resolve: Resolve,
  method: string,
  path: string,
  { parameters = [], requestBody, security: own }: Operation,
): string {
  const body = requestBody?.content['application/json']?.schema
  const isImplied = method === (body === undefined ? 'get' : 'post')
  const needsToken = security.length === 1 && own === undefined
  return [
    'curl -s',
    isImplied ? undefined : `-X ${method.toUpperCase()}`,
    needsToken ? '-H "Authorization: Bearer $UNDERSTUDY_ADMIN_TOKEN"' : undefined,
    body === undefined ? undefined : `--json ${quote(JSON.stringify(exampleOf(body, resolve)))}`,
    quoteIfNeeded((servers[0]?.url ?? '') + filled(path, parameters, resolve)),
  ]
    .filter((part) => part !== undefined)
    .join(' ')
}

/** A path with examples for its parameters; a query has those that must be there. */
function filled(path: string, parameters: readonly Parameter[], resolve: Resolve): string {
  const query = new URLSearchParams()
  let whole = path
  for (const { name, in: place, required, schema } of parameters) {
    const value = exampleOfParameter(nounOf(path), name, schema, resolve)
    if (place === 'path') whole = whole.replace(`{${name}}`, value.startsWith('{') ? value : encodeURIComponent(value))
    else if (required) query.set(name, value)
  }
  return query.size === 0 ? whole : `${whole}?${query}`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function quoteIfNeeded(text: string): string {
  return /^[\w:/.%@~-]+$/.test(text) ? text : quote(text)
}

function memberOf(
  name: string,
  schema: Schema,
  { required = false, description = schema.description ?? '' },
): ReferenceMember {
  const preset = 'default' in schema ? JSON.stringify(schema.default) : undefined
  return { name, type: typeOf(schema), required, description, preset }
}

function membersOf({ properties = {}, required = [] }: Schema): ReferenceMember[] {
  return Object.entries(properties).map(([name, schema]) =>
    memberOf(name, schema, { required: required.includes(name), description: schema.description }),
  )
}

/** The members of each option of a union of objects. */
function optionsOf(schema: Schema, resolve: Resolve): ReferenceMember[][] {
  return (schema.oneOf ?? schema.anyOf ?? [])
    .map((option) => membersOf(resolve(option)))
    .filter(({ length }) => length > 0)
}

/** The type of a value in words; names of other schemas stand as they are, for the page to link. */
function typeOf(schema: Schema): string {
  const { $ref, type, items, enum: choices, anyOf, oneOf, allOf, format } = schema
  if ($ref !== undefined) return $ref.slice(component.length)
  if ('const' in schema) return JSON.stringify(schema.const)
  if (choices !== undefined) return choices.map((choice) => JSON.stringify(choice)).join(' | ')
  const options = anyOf ?? oneOf ?? allOf
  if (options !== undefined) return [...new Set(options.map(typeOf))].join(' | ')
  if (type === 'array') return items === undefined ? 'list' : `list of ${grouped(typeOf(items))}`
  if (type === 'object') return 'object'
  return format === 'date-time' ? 'time' : String(type ?? 'any JSON')
}

/** A type of several, held together. */
function grouped(type: string): string {
  return type.includes(' | ') ? `(${type})` : type
}
