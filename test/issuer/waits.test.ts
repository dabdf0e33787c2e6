import { expect, test } from 'vitest'
import { type OnGone, Waits } from '../../src/issuer/waits.ts'
import { tokenRequest } from '../faults/exchanges.ts'

const long = { timeoutMs: 60_000 }

/** A client that can be made to go away. */
function someone(): { onGone: OnGone; leave(): void } {
  const listeners: (() => void)[] = []
  return {
    onGone: (told) => listeners.push(told),
    leave() {
      for (const told of listeners) told()
    },
  }
}

/** A request that has come. */
function visitor(waits: Waits) {
  const exchange = tokenRequest()
  const { onGone, leave } = someone()
  waits.attend(exchange, onGone)
  return { exchange, leave, ...waits.for(exchange) }
}

test('held requests go on in the order in which they are released', async () => {
  const waits = new Waits()
  const order: string[] = []
  const first = visitor(waits)
    .hold('a', long)
    .then(() => order.push('first'))
  const second = visitor(waits)
    .hold('a', long)
    .then(() => order.push('second'))

  expect(waits.heldBy('a')).toMatchObject([
    { request: 1, endpoint: 'token', client: 'web-app' },
    { request: 2, endpoint: 'token' },
  ])
  expect(waits.release('a', 2)).toBe(1)
  await second
  expect(waits.heldBy('a')).toMatchObject([{ request: 1 }])
  expect(waits.release('a')).toBe(1)
  await first

  expect(order).toEqual(['second', 'first'])
  expect(waits.heldBy('a')).toEqual([])
  expect(waits.release('a')).toBe(0)
})

test('all go on once enough of them wait, and the next gather anew', async () => {
  const waits = new Waits()
  const gather = () => visitor(waits).hold('a', { ...long, until: 2 })
  const first = gather()

  expect(waits.heldBy('a')).toHaveLength(1)
  expect(await Promise.all([first, gather()])).toEqual(['gathered', 'gathered'])
  const third = gather()
  expect(waits.heldBy('a')).toMatchObject([{ request: 1 }])
  waits.letGo()
  expect(await third).toBe('let_go')
})

test('what nobody releases goes on after its time', async () => {
  const waits = new Waits()

  expect(await visitor(waits).hold('a', { timeoutMs: 5 })).toBe('elapsed')
  expect(await visitor(waits).sleep(5)).toBe('elapsed')
  expect(waits.heldBy('a')).toEqual([])
})

test('nobody waits for a client that has gone', async () => {
  const waits = new Waits()
  const { exchange, hold, sleep, leave } = visitor(waits)
  const held = hold('a', long)

  leave()

  expect(await held).toBe('gone')
  expect(waits.isGone(exchange)).toBe(true)
  expect(await sleep(60_000)).toBe('gone')
  expect(waits.heldBy('a')).toEqual([])
})

test('the end lets everything go, now and later', async () => {
  const waits = new Waits()
  const { hold, sleep } = visitor(waits)
  const waiting = [hold('a', long), visitor(waits).sleep(60_000)]

  waits.end()

  expect(await Promise.all(waiting)).toEqual(['let_go', 'let_go'])
  expect(await Promise.all([sleep(60_000), hold('a', long)])).toEqual(['let_go', 'let_go'])
})

test('what was postponed is waited for in turn, and by its own request alone', async () => {
  const waits = new Waits()
  const { exchange } = visitor(waits)
  const other = visitor(waits)
  waits.postpone(exchange, async (delays) => {
    await delays.hold('a', long)
  })

  await waits.beforeAnswer(other.exchange)
  const answering = waits.beforeAnswer(exchange)

  expect(waits.heldBy('a')).toHaveLength(1)
  waits.release('a')
  await answering
})
