import { readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { packagedDocument } from '../../../src/http/admin/describe.ts'
import { knownCodes, meaningOf } from '../../../src/http/admin/openapi/codes.ts'
import { type ApiDocument, describeApi } from '../../../src/http/admin/openapi/document.ts'
import type { Schema } from '../../../src/http/admin/openapi/schemas.ts'
import { defineRoute } from '../../../src/http/admin/route.ts'
import { guardedRoutes } from '../../../src/http/admin/routes.ts'
import { createRender } from '../../../src/http/web/render.ts'
import { serveAdmin } from './serve.ts'

const document = packagedDocument(createRender())
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, path, method, operation })),
)
const api = 'https://understudy.test/openapi.json'
const served: Awaited<ReturnType<typeof serveAdmin>>[] = []

beforeAll(async () => {
  served.push(await serveAdmin(), await serveAdmin({ adminToken: 's3cret' }))
})
afterAll(() => Promise.all(served.map((admin) => admin.close())))

/** Every schema of the document, however deep, with where it stands. */
function* schemasOf(value: unknown, at = '#'): Generator<[at: string, schema: Schema]> {
  if (typeof value !== 'object' || value === null) return
  if ('properties' in value || '$ref' in value || 'items' in value || 'examples' in value) yield [at, value as Schema]
  for (const [key, inner] of Object.entries(value)) yield* schemasOf(inner, `${at}/${key}`)
}

test('it is an OpenAPI 3.1 document', async () => {
  const result = await new Validator().validate({ ...structuredClone(document) })

  expect(result.errors).toBeUndefined()
  expect(result).toMatchObject({ valid: true })
})

test('its schemas are JSON Schemas of 2020-12, whose examples are as they say', () => {
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    formats: { 'date-time': true, uri: true },
  })
  ajv.addKeyword({ keyword: 'components', schemaType: 'object' })
  ajv.addSchema({ $id: api, components: document.components })

  for (const name of Object.keys(document.components.schemas)) {
    const validate = ajv.compile({ $ref: `${api}#/components/schemas/${name}` })
    for (const example of document.components.schemas[name]?.examples ?? []) {
      expect(validate(example), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true)
    }
  }
})

test('the document in the package is in step; if not, run npx node scripts/schema.ts', () => {
  expect(JSON.parse(readFileSync('openapi.json', 'utf8'))).toEqual(document)
})

test('every schema has a name that says what it is, and every body and answer an example', () => {
  const { schemas } = document.components
  const bodies = operations.flatMap(({ operation }) => [
    operation.requestBody?.content['application/json']?.schema,
    ...Object.values(operation.responses).map((answer) =>
      'content' in answer ? answer.content?.['application/json']?.schema : undefined,
    ),
  ])
  const named = bodies.flatMap((schema) => (schema?.items ?? schema)?.$ref?.split('/').at(-1) ?? [])

  for (const name of Object.keys(schemas)) expect(name).toMatch(/^[A-Z][A-Za-z]+$/)
  expect(named.length).toBeGreaterThan(40)
  expect([...new Set(named)].filter((name) => schemas[name]?.examples === undefined && !schemas[name]?.oneOf)).toEqual(
    [],
  )
})

test('every operation has a name of its own', () => {
  const ids = operations.map(({ operation }) => operation.operationId)

  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z]+$/)
})

test('every noun, parameter and problem is described', () => {
  for (const { name, description } of document.tags) expect(description, name).not.toBe('')
  for (const { name, operation } of operations) {
    for (const parameter of operation.parameters ?? [])
      expect(parameter.description, `${name} ${parameter.name}`).toBeTruthy()
  }
  const codes = guardedRoutes.flatMap(({ problems }) => Object.values(problems).flat())
  for (const code of codes) expect(meaningOf(code), `${code}, to be told in openapi/codes.ts`).not.toBe('')
})

test('no problem is described that nothing answers with', () => {
  const text = JSON.stringify(document)

  expect(knownCodes.filter((code) => !text.includes(`"${code}"`))).toEqual([])
})

test('what is taken and answered says whether it takes members that nobody knows', () => {
  const open = [...schemasOf(document)].filter(
    ([, { type, properties, additionalProperties }]) =>
      type === 'object' && properties !== undefined && additionalProperties === undefined,
  )

  expect(open.map(([at]) => at)).toEqual([])
})

test('what is taken and answered under one name are two schemas where they differ', () => {
  const thing = z.strictObject({ size: z.int().default(1) }).meta({ id: 'Thing' })
  const same = z.strictObject({ of: z.string() }).meta({ id: 'Same' })
  const route = defineRoute({
    method: 'put',
    path: '/api/issuers/{issuer}/things',
    summary: 'Put a thing',
    body: z.strictObject({ thing, same }),
    good: { status: 200, description: 'It.', schema: z.strictObject({ thing, same }) },
    handle: () => undefined,
  })

  const { components, paths } = describeApi([], [route], { server: '/', version: '1' })

  const operation = paths['/api/issuers/{issuer}/things']?.put
  expect(components.schemas.ThingInput?.required).toBeUndefined()
  expect(components.schemas.Thing?.required).toEqual(['size'])
  expect(components.schemas).not.toHaveProperty('SameInput')
  expect(operation?.requestBody?.content['application/json']?.schema.properties).toEqual({
    thing: { $ref: '#/components/schemas/ThingInput' },
    same: { $ref: '#/components/schemas/Same' },
  })
})

test.each([
  [0, [{}, { adminToken: [] }]],
  [1, [{ adminToken: [] }]],
])('it is served to anyone, by whatever name, and says where and how to ask (server %i)', async (index, security) => {
  const headers = { host: 'idp.example', origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' }

  const answer = await served[index]?.ask('/_understudy/openapi.json', { headers })

  expect(answer).toMatchObject({ status: 200 })
  const told = answer?.json as ApiDocument
  expect(told.servers).toEqual([{ url: 'http://idp.example/_understudy' }])
  expect(told.security).toEqual(security)
  expect(told.paths).toEqual(document.paths)
  expect(answer?.headers).not.toHaveProperty('access-control-allow-origin')
})

test.each(['/_understudy', '/_understudy/'])('%s leads to the page', async (path) => {
  const answer = await served[1]?.ask(path)
  const location = new URL(answer?.headers.location ?? '', `http://localhost${path}`)

  expect(answer?.status).toBe(302)
  expect(location.pathname).toBe('/_understudy/docs')
})

test('the page tells every operation, with a command line for this very server', async () => {
  const answer = await served[1]?.ask('/_understudy/docs', { headers: { host: 'idp.example:9400' } })

  expect(answer).toMatchObject({ status: 200 })
  expect(answer?.headers['content-type']).toMatch(/^text\/html/)
  for (const { operation } of operations) expect(answer?.text).toContain(`id="${operation.operationId}"`)
  expect(answer?.text).toContain(
    'curl -s -H &#34;Authorization: Bearer $UNDERSTUDY_ADMIN_TOKEN&#34; http://idp.example:9400/_understudy/api/issuers<',
  )
})
