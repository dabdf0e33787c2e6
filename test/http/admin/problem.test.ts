import { afterAll, beforeAll, expect, test } from 'vitest'
import { json, serveAdmin } from './serve.ts'

const root = '/_understudy/api/issuers/default'
let admin: Awaited<ReturnType<typeof serveAdmin>>

beforeAll(async () => {
  admin = await serveAdmin()
})
afterAll(() => admin.close())

test('an error is a problem document with its code and its details', async () => {
  const answer = await admin.ask(`${root}/faults`, json('POST', { fault: 'slow_dwn' }))

  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(answer).toMatchObject({ status: 404 })
  expect(answer.json).toEqual({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'Failed to arm "slow_dwn": no such fault.',
    code: 'ERR_FAULT_UNKNOWN',
    name: 'slow_dwn',
  })
})

test.each(['/_understudy/nothing', '/_understudy/api/nothing', `${root}/nothing`])(
  '%s is a path that nobody knows',
  async (path) => {
    const answer = await admin.ask(path)

    expect(answer).toMatchObject({ status: 404, json: { code: 'ERR_PATH_UNKNOWN', status: 404 } })
  },
)

test.each([
  ['POST', '/_understudy/health', ['GET', 'HEAD']],
  ['PUT', `${root}/faults`, ['DELETE', 'GET', 'HEAD', 'POST']],
  ['DELETE', `${root}/scenarios/tv-expires`, ['PUT']],
  ['GET', `${root}/reset`, ['POST']],
  ['PATCH', `${root}/reset`, ['POST']],
])('%s %s is answered with the methods there are', async (method, path, allowed) => {
  const answer = await admin.ask(path, { method })

  expect(answer).toMatchObject({ status: 405, json: { code: 'ERR_METHOD_UNKNOWN' } })
  expect(answer.headers.allow?.split(', ').sort()).toEqual(allowed)
})

test.each([
  ['not JSON', `${root}/faults`, 'POST', '{"fault":'],
  ['not UTF-8', `${root}/faults`, 'POST', Buffer.from([0x22, 0xff, 0x22])],
])('a body that is %s is unreadable', async (_what, path, method, body) => {
  const answer = await admin.ask(path, { method, headers: { 'content-type': 'application/json' }, body })

  expect(answer).toMatchObject({ status: 400, json: { code: 'ERR_BODY_UNREADABLE' } })
})

test.each([
  [`${root}/scenarios/tv-expires`, 'PUT', { enabled: 'yes' }, 'enabled'],
  [`${root}/scenarios/tv-expires`, 'PUT', { enabled: true, more: 1 }, 'more'],
  [`${root}/device/RSIK-KRAM`, 'POST', { action: 'approve', user: '' }, 'user'],
  [`${root}/device/RSIK-KRAM`, 'POST', { action: 'aprove' }, 'action'],
  [`${root}/reset`, 'POST', { keep: ['everything'] }, 'keep[0]'],
  [`${root}/faults`, 'POST', ['slow_down'], ''],
])('%s says what is wrong with %s %j', async (path, method, body, wrong) => {
  const answer = await admin.ask(path, json(method, body))

  expect(answer).toMatchObject({ status: 400, json: { code: 'ERR_REQUEST_INVALID', errors: [{ path: wrong }] } })
})

test.each([
  [{ action: 'approve', user: 5 }, 'expected the username of who approves; found 5'],
  [{ action: 'approve', usr: 'x', user: 'alice' }, 'unknown key. Did you mean "user"?'],
  [{ action: 'aprove' }, 'expected one of approve, deny, expire; found "aprove". Did you mean "approve"?'],
  [{}, 'expected one of approve, deny, expire; found nothing'],
  [{ action: 'deny', user: 'alice' }, 'unknown key. There are action'],
])('a decision about a device, %j, is refused in words', async (body, message) => {
  const answer = await admin.ask(`${root}/device/RSIK-KRAM`, json('POST', body))

  expect(answer).toMatchObject({ status: 400, json: { errors: [{ message }] } })
})

test.each([
  ['/_understudy/health?brief=1', 'brief: unknown key. There are none'],
  [`${root}/faults?times=1&times=2`, 'times: unknown key. There are none'],
])('%s has a parameter that nobody knows', async (path, said) => {
  const answer = await admin.ask(path)

  expect(answer).toMatchObject({
    status: 400,
    json: { code: 'ERR_REQUEST_INVALID', detail: `Failed to read the request: ${said}.` },
  })
})

test.each([
  ['{"fault":', 1, 10, 'it ends too early'],
  ['{"fault": slow_down}', 1, 11, 'something else was expected there'],
  ['{\n  "fault": "slow_down",\n  "times": always\n}', 3, 12, 'something else was expected there'],
  ['{\n  "fault": "slow_down",\n}', 3, 1, 'something else was expected there'],
  ['{"fault": "slow_down', 1, 21, 'it ends too early'],
  ['undefined', 1, 1, 'something else was expected there'],
  ['[object Object]', 1, 2, 'something else was expected there'],
  ["{'client_secret': 's3cret'}", 1, 2, 'something else was expected there'],
])('JSON is told where it breaks: %j', async (body, line, column, why) => {
  const answer = await admin.ask(`${root}/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })

  expect(answer).toMatchObject({ status: 400, json: { code: 'ERR_BODY_UNREADABLE', line, column } })
  expect(answer.json).toMatchObject({
    detail: `Failed to read the request: its body is not JSON from line ${line}, column ${column} on: ${why}.`,
  })
})

test('a body is missed where there must be one', async () => {
  const answer = await admin.ask(`${root}/scenarios/tv-expires`, { method: 'PUT' })

  expect(answer).toMatchObject({ status: 400, json: { code: 'ERR_REQUEST_INVALID' } })
})

test.each([
  ['declared', { 'content-length': String(70_000) }],
  ['streamed', { 'transfer-encoding': 'chunked' }],
])('a body of more than 64 KiB, %s, is refused', async (_how, length) => {
  const body = JSON.stringify({ fault: 'x'.repeat(70_000) }).slice(0, 70_000)
  const headers = { 'content-type': 'application/json', ...length }

  const answer = await admin.ask(`${root}/faults`, { method: 'POST', headers, body })

  expect(answer).toMatchObject({ status: 413, json: { code: 'ERR_BODY_TOO_LARGE' }, headers: { connection: 'close' } })
})

test('an error that nobody foresaw tells the log, and not the client', async () => {
  const answer = await admin.ask('/_understudy/api/issuers/broken/faults')

  expect(answer).toMatchObject({ status: 500, json: { code: 'ERR_INTERNAL' } })
  expect(answer.text).not.toMatch(/secret|\.ts:/)
  expect(admin.reported).toMatchObject([{ message: 'a secret that nobody foresaw' }])
})
