import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { packagedDocument } from '../../src/http/admin/describe.ts'
import type { Operation, Parameter } from '../../src/http/admin/openapi/operation.ts'
import { createRender } from '../../src/http/web/render.ts'
import type { Exchange } from './record.ts'

export const document = packagedDocument(createRender())

const id = 'https://understudy.test/openapi.json'
const formats = { 'date-time': (text: string) => !Number.isNaN(Date.parse(text)), uri: URL.canParse }
const settings = { strict: false, allErrors: true, formats } as const
const exact = new Ajv2020(settings).addSchema({ $id: id, ...document })
/** Reads texts as the numbers that they are, as parameters of a query come. */
const reading = new Ajv2020({ ...settings, coerceTypes: 'array' }).addSchema({ $id: id, ...document })

/** Literal paths before those with parameters. */
const paths = Object.keys(document.paths).sort((a, b) => (a.replaceAll('{', '~') < b.replaceAll('{', '~') ? -1 : 1))

/** The operation that a request is for, by its name in the document; undefined where there is none. */
export function operationOf({ method, url }: Exchange): { name: string; at: string; operation: Operation } | undefined {
  const verb = (method === 'HEAD' ? 'get' : method.toLowerCase()) as 'get'
  for (const path of paths) {
    const pattern = new RegExp(`^/_understudy${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`)
    if (!pattern.test(url.pathname)) continue
    const operation = document.paths[path]?.[verb]
    const at = `${id}#/paths/${path.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/${verb}`
    return operation && { name: `${verb} ${path}`, at, operation }
  }
  return undefined
}

/** Where an exchange is not as the document says. */
export function complaintsOf(exchange: Exchange): string[] {
  const { method, url, status } = exchange
  const found = operationOf(exchange)
  const complaints =
    found === undefined
      ? strayComplaints(exchange)
      : [...answerComplaints(exchange, found), ...requestComplaints(exchange, found)]
  return complaints.map((complaint) => `${method} ${url.pathname}${url.search} (${status}): ${complaint}`)
}

/** What the document does not know is refused, or leads to the page. */
function strayComplaints({ method, url, status }: Exchange): string[] {
  if (method === 'OPTIONS' || status >= 400) return []
  return status === 302 && /^\/_understudy\/?$/.test(url.pathname) ? [] : ['the document has no such operation']
}

type Found = NonNullable<ReturnType<typeof operationOf>>

function answerComplaints({ method, status, type, answer }: Exchange, { at, operation }: Found): string[] {
  const declared = operation.responses[status]
  if (declared === undefined) return [`the status is not declared, only ${Object.keys(operation.responses)}`]
  if (method === 'HEAD') return []
  const where = '$ref' in declared ? `${id}${declared.$ref}` : `${at}/responses/${status}`
  const whole = '$ref' in declared ? document.components.responses[declared.$ref.split('/').at(-1) ?? ''] : declared
  const { content } = whole ?? {}
  if (content === undefined) return answer === '' ? [] : ['an answer that is declared without a body has one']
  if (!(type in content)) return [`the type ${type} is not declared, only ${Object.keys(content)}`]
  if (!type.endsWith('json')) return []
  return mistakes(exact, `${where}/content/${type.replaceAll('/', '~1')}/schema`, JSON.parse(answer), 'answer')
}

/** Only what was answered well has to fit: all else was refused because it did not. */
function requestComplaints({ url, status, sent }: Exchange, { at, operation }: Found): string[] {
  if (status >= 400) return []
  const { parameters = [], requestBody } = operation
  const asked = parameters.filter((parameter) => parameter.in === 'query')
  const query = [...url.searchParams].flatMap(([name, value]) => {
    const index = parameters.findIndex((parameter) => parameter.in === 'query' && isWrittenAs(parameter, name))
    if (index === -1) return [`the parameter "${name}" is not declared`]
    const [, member] = /^\w+[.[]([^\]]+)/.exec(name) ?? []
    return mistakes(reading, `${at}/parameters/${index}/schema`, member ? { [member]: value } : value, name)
  })
  const missing = asked.filter(({ name, required }) => required && !url.searchParams.has(name))
  const body =
    sent === ''
      ? requestBody?.required
        ? ['there is no body, but it is declared to be there']
        : []
      : requestBody === undefined
        ? ['there is a body, but none is declared']
        : mistakes(exact, `${at}/requestBody/content/application~1json/schema`, JSON.parse(sent), 'body')
  return [...query, ...missing.map(({ name }) => `the parameter "${name}" is missing`), ...body]
}

/** An object is written as one parameter for each of its members. */
function isWrittenAs({ name, schema }: Parameter, written: string): boolean {
  return written === name || (schema.type === 'object' && /^\w+(?=[.[])/.exec(written)?.[0] === name)
}

const compiled = new Map<string, ValidateFunction>()

function mistakes(ajv: Ajv2020, ref: string, value: unknown, what: string): string[] {
  const validate = compiled.get(ref) ?? ajv.compile({ $ref: ref })
  compiled.set(ref, validate)
  if (validate(value)) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${what}${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}
