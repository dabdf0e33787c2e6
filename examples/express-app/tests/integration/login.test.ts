import { expect } from 'vitest'
import { test } from './stage.ts'
import { Visitor } from './visitor.ts'

test.for([
  { user: 'alice', write: 303, remove: 303 },
  { user: 'bob', write: 303, remove: 403 },
  { user: 'carol', write: 403, remove: 403 },
])('what $user may do', async ({ user, write, remove }, { logIn, idp }) => {
  const alice = await logIn('alice')
  await alice.send('/notes', { text: 'Buy tea' })
  const path = /\/notes\/[\w-]+\/remove/.exec(await (await alice.open('/')).text())?.[0] ?? ''
  const visitor = await logIn(user)

  const page = await (await visitor.open('/')).text()
  const wrote = await visitor.send('/notes', { text: 'More tea' })
  const removed = await visitor.send(path)

  expect(page).toContain('Buy tea')
  expect([wrote.status, removed.status]).toEqual([write, remove])
  await idp.verify([{ when: { endpoint: 'token', grant_type: 'authorization_code', user }, answer: { status: 200 } }])
})

test('a login that comes to nothing is explained', async ({ idp, web }) => {
  const bob = new Visitor(web)
  await idp.arm({ fault: 'access_denied', when: { endpoint: 'authorization', user: 'bob' } })

  const refused = await bob.logIn(idp, 'bob')

  expect(refused.status).toBe(502)
  expect(await refused.text()).toContain('Logging in does not work')
  expect((await bob.open('/account')).status).toBe(401)
})

test.for(['invalid-iss', 'invalid-aud', 'nonce-invalid', 'invalid-sig', 'exp-in-past'] as const)(
  'an ID token with %s logs nobody in',
  async (fault, { idp, web }) => {
    const bob = new Visitor(web)
    await idp.arm({ fault, when: { token: 'id_token' } })

    const refused = await bob.logIn(idp, 'bob')

    expect(refused.status).toBe(502)
    expect((await bob.open('/account')).status).toBe(401)
  },
)
