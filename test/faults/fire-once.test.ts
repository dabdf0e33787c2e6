import { expect, test } from 'vitest'
import { answerOf, armingOfTest, mistake, request, tokenRequest } from './exchanges.ts'

test('a hook fires a fault at one request', () => {
  const { arming } = armingOfTest()
  const fired = arming.fireOnce({ fault: 'invalid_grant', with: { status: 418 } }, tokenRequest())

  expect(fired).toMatchObject({ armedId: 'armed-1', origin: 'hook', params: { status: 418 } })
  expect(answerOf(fired)).toMatchObject({ status: 418, body: { error: 'invalid_grant' } })
  expect(arming.list()).toEqual([])
})

test('a hook may fire what is seldom meant at an endpoint', () => {
  const { arming } = armingOfTest()
  expect(answerOf(arming.fireOnce('invalid_client', request('authorization')))).toMatchObject({ page: true })
})

test.each([
  [
    'slow_dwn',
    'Failed to fire "slow_dwn": fault: no such fault. Did you mean "slow_down"? "understudy faults" lists them.',
  ],
  [
    'slow_down',
    'Failed to fire "slow_down": it cannot fire at token with grant type authorization_code. It fires at token (grant type device_code or ciba).',
  ],
  [
    'inactive',
    'Failed to fire "inactive": it cannot fire at token with grant type authorization_code. It fires at introspection.',
  ],
  [
    { fault: 'invalid_grant', with: { statu: 1 } },
    'Failed to fire "invalid_grant": with: no such parameter "statu". Did you mean "status"? "invalid_grant" takes description, uri, status, retry_after.',
  ],
])('%j from a hook is refused, and the request is not to blame', (step, text) => {
  const { arming } = armingOfTest()
  expect(mistake(() => arming.fireOnce(step, tokenRequest()))).toBe(`ERR_FAULT_INVALID 500 ${text}`)
})

test('a status from a hook is refused where the error travels by redirect', () => {
  const { arming } = armingOfTest()
  const step = { fault: 'server_error', with: { status: 502 } }
  expect(mistake(() => arming.fireOnce(step, request('authorization')))).toBe(
    'ERR_FAULT_INVALID 500 Failed to fire "server_error": with.status: "server_error" takes no status at authorization: there the error travels by redirect. Leave it out.',
  )
})
