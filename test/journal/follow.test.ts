import { expect, test } from 'vitest'
import { Journal } from '../../src/journal/journal.ts'

test('whoever waits for what has been forgotten waits for what comes, and lets others go on', async () => {
  const journal = new Journal({ maxEntries: 10, maxBytes: 100_000 }, Date.now)
  callOut(journal)
  journal.clear()

  const next = journal.follow(0, new AbortController().signal).next()
  setImmediate(() => callOut(journal))

  expect((await next).value).toMatchObject({ kind: 'call', id: 2 })
})

function callOut(journal: Journal): void {
  const answer = { status: 200, headers: {}, body: '' }
  const url = 'https://client.example/jwks'
  journal.call({
    endpoint: 'jwks_uri',
    method: 'GET',
    url,
    headers: {},
    body: '',
    startedAtMs: 0,
    durationMs: 1,
    answer,
  })
}
