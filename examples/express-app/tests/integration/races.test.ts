import { expect } from 'vitest'
import { test } from './stage.ts'

test('two tabs that find their token expired refresh it once', async ({ idp, logIn }) => {
  const bob = await logIn('bob')
  await idp.clock.advance('1h')
  const gate = await idp.arm({ fault: 'hold', when: { grant_type: 'refresh_token' } })

  const first = bob.open('/account')
  await gate.holding()
  const second = bob.open('/account')
  await idp.requests({ endpoint: 'userinfo', count: 2, wait: '5s' })
  await gate.release()

  expect([(await first).status, (await second).status]).toEqual([200, 200])
  // A second refresh with the same token would have ended the whole family.
  await idp.verify([{ when: { grant_type: 'refresh_token' }, times: 1 }])
})

test('who is logged out while a refresh is under way stays logged out', async ({ idp, logIn }) => {
  const bob = await logIn('bob')
  await idp.clock.advance('1h')
  const gate = await idp.arm({ fault: 'hold', with: { at: 'answer' }, when: { grant_type: 'refresh_token' } })

  const account = bob.open('/account')
  await gate.holding()
  await idp.logout({ user: 'bob' })
  await gate.release()

  expect((await account).status).toBe(401)
  expect(await (await bob.open('/')).text()).toContain('Log in')
})
