import { afterEach, expect, test, vi } from 'vitest'
import { startUnderstudy } from '../../src/index.ts'

afterEach(() => {
  vi.useRealTimers()
})

test('an Understudy in a process whose timers are faked answers all the same', async () => {
  await using idp = await startUnderstudy()
  vi.useFakeTimers()

  const { access_token: token } = await idp.tokens({ client: 'web-app', user: 'alice', scope: 'openid profile' })
  const userinfo = await fetch(`${idp.url}/me`, { headers: { authorization: `Bearer ${token}` } })

  expect(await userinfo.json()).toMatchObject({ name: expect.stringContaining('Alice') })
})
