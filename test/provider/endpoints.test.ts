import { expect, test } from 'vitest'
import { startUnderstudy } from '../../src/index.ts'

test('below a path that goes on with an authorization there is nothing, whatever the method', async () => {
  await using idp = await startUnderstudy()

  const statuses = await Promise.all(
    ['GET', 'POST'].map(async (method) => (await fetch(`${idp.url}/auth/a/b`, { method })).status),
  )

  expect(statuses).toEqual([404, 404])
})
