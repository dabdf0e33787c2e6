import { expect } from 'vitest'
import { test } from './stage.ts'

const refreshes = { endpoint: 'token', grant_type: 'refresh_token' } as const

test('an hour later the app refreshes, and the user does not notice', async ({ idp, logIn }) => {
  const bob = await logIn('bob')

  await idp.clock.advance('1h')
  const account = await bob.open('/account')

  expect(await account.text()).toContain('bob@example.com')
  await idp.verify([
    { when: { endpoint: 'userinfo' }, answer: { status: 401 }, times: 1 },
    { when: refreshes, times: 1 },
    { when: { endpoint: 'userinfo' }, answer: { status: 200 }, times: 1 },
  ])
})

test('a month later the user has to log in again, once', async ({ idp, logIn }) => {
  const bob = await logIn('bob')

  await idp.clock.advance('31d')
  const account = await bob.open('/account')

  expect(account.status).toBe(401)
  expect(await account.text()).toContain('You have been away for too long.')
  await bob.open('/account')
  await idp.verify([{ when: refreshes, answer: { error: 'invalid_grant' }, times: 1 }])
})

test('the API has the app refresh a token that has expired', async ({ idp, logIn }) => {
  await idp.arm({ fault: 'exp-in-past', when: { token: 'access_token', grant_type: 'authorization_code' } })
  const bob = await logIn('bob')

  const notes = await bob.open('/')

  expect(notes.status).toBe(200)
  await idp.verify([{ when: refreshes, times: 1 }])
})
