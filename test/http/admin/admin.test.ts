import { afterAll, beforeAll, expect, test } from 'vitest'
import { json, serveAdmin } from './serve.ts'

const root = '/_understudy/api/issuers/default'
let admin: Awaited<ReturnType<typeof serveAdmin>>

beforeAll(async () => {
  admin = await serveAdmin()
})
afterAll(() => admin.close())

test('health says that the server is up', async () => {
  const answer = await admin.ask('/_understudy/health')

  expect(answer).toMatchObject({ status: 200, json: { status: 'ok', version: '1.2.3' } })
})

test('issuers are listed under the origin that asks', async () => {
  const answer = await admin.ask('/_understudy/api/issuers', { headers: { host: 'understudy:9400' } })

  expect(answer.json).toMatchObject([{ name: 'default', issuer: 'http://understudy:9400' }])
})

test('an armed fault is found where its Location says, until it is disarmed', async () => {
  const armed = await admin.ask(`${root}/faults`, json('POST', { fault: 'slow_down' }))
  const location = armed.headers.location ?? ''
  const found = await admin.ask(location)
  const disarmed = await admin.ask(location, { method: 'DELETE' })
  const gone = await admin.ask(location)

  expect(armed).toMatchObject({ status: 201, json: { fault: 'slow_down' } })
  expect(found).toMatchObject({ status: 200, json: armed.json })
  expect(disarmed).toMatchObject({ status: 204, text: '' })
  expect(gone).toMatchObject({ status: 404, json: { code: 'ERR_ARMED_UNKNOWN' } })
})

test('a deletion of all faults leaves none', async () => {
  await admin.ask(`${root}/faults`, json('POST', { fault: 'slow_down' }))

  const deleted = await admin.ask(`${root}/faults`, { method: 'DELETE' })

  expect(deleted.status).toBe(204)
  expect(await admin.ask(`${root}/faults`)).toMatchObject({ status: 200, json: [] })
})

test('a scenario is toggled', async () => {
  const on = await admin.ask(`${root}/scenarios/tv-expires`, json('PUT', { enabled: true }))
  const off = await admin.ask(`${root}/scenarios/tv-expires`, json('PUT', { enabled: false }))

  expect(on).toMatchObject({ status: 200, json: { name: 'tv-expires', enabled: true } })
  expect(off).toMatchObject({ status: 200, json: { name: 'tv-expires', enabled: false } })
  expect(await admin.ask(`${root}/scenarios`)).toMatchObject({ status: 200, json: [{ name: 'tv-expires' }] })
})

test('a device is approved by its user code', async () => {
  const answer = await admin.ask(`${root}/device/RSIK-KRAM`, json('POST', { action: 'approve', user: 'alice' }))

  expect(answer.status).toBe(204)
  expect(admin.control.told.at(-1)).toEqual({ userCode: 'RSIK-KRAM', action: 'approve', user: 'alice' })
  expect(await admin.ask(`${root}/device`)).toMatchObject({ json: [{ user_code: 'RSIK-KRAM' }] })
})

test.each([
  [undefined, { reset: 'default' }],
  [{}, { reset: 'default' }],
  [{ keep: ['sessions'] }, { reset: 'default', keep: ['sessions'] }],
])('reset takes %j', async (body, told) => {
  const answer = await admin.ask(`${root}/reset`, body === undefined ? { method: 'POST' } : json('POST', body))

  expect(answer.status).toBe(204)
  expect(admin.control.told.at(-1)).toEqual(told)
})

test('answers are not stored', async () => {
  const answer = await admin.ask('/_understudy/api/issuers')

  expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
})

test.each(['/', '/token', '/_understudyx'])('%s passes by', async (path) => {
  const answer = await admin.ask(path)

  expect(answer.text).toBe('elsewhere')
})
