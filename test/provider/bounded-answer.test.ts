import { expect, test } from 'vitest'
import { readBounded } from '../../src/provider/bounded-answer.ts'

const never = new AbortController().signal
const chunk = new Uint8Array(65_536).fill(97)

function endless() {
  const seen = { pulls: 0, cancelled: 0 }
  const body = new ReadableStream({
    pull(controller) {
      seen.pulls += 1
      controller.enqueue(chunk)
    },
    cancel() {
      seen.cancelled += 1
    },
  })
  return { response: new Response(body), seen }
}

test('an answer is handed on as it was', async () => {
  const answer = new Response('{"keys":[]}', { status: 201, headers: { 'cache-control': 'max-age=60' } })

  const { response, body, failure } = await readBounded(answer, never)

  expect(failure).toBeUndefined()
  expect(body.toString()).toBe('{"keys":[]}')
  expect(response.status).toBe(201)
  expect(response.headers.get('cache-control')).toBe('max-age=60')
  await expect(response.json()).resolves.toEqual({ keys: [] })
})

test('one without a body stays without', async () => {
  const { response } = await readBounded(new Response(null, { status: 204 }), never)

  expect(response.status).toBe(204)
})

test('one that does not end is cut, and the rest cancelled', async () => {
  const { response, seen } = endless()

  const read = await readBounded(response, never)

  expect(read.body.length).toBe(262_145)
  expect(seen.cancelled).toBe(1)
  expect(seen.pulls).toBeLessThan(10)
  expect((await read.response.arrayBuffer()).byteLength).toBe(262_145)
})

test('one that stops on its way breaks off when patience ends', async () => {
  const patience = new AbortController()
  const stalled = new Response(
    new ReadableStream({
      start: (controller) => controller.enqueue(chunk),
    }),
  )

  const reading = readBounded(stalled, patience.signal)
  patience.abort(new Error('too slow'))
  const { response, failure } = await reading

  expect(failure).toMatchObject({ message: 'too slow' })
  expect(response.status).toBe(200)
  await expect(response.text()).rejects.toThrow('too slow')
})
