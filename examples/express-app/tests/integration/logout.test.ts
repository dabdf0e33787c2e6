import { expect } from 'vitest'
import { test } from './stage.ts'

test('who logs out elsewhere is out here, and nobody else', async ({ idp, logIn }) => {
  const [alice, bob] = [await logIn('alice'), await logIn('bob')]

  const deliveries = await idp.logout({ user: 'bob', end_session: true })

  expect(deliveries).toMatchObject([{ client_id: 'notes-web', status: 204 }])
  expect((await bob.open('/account')).status).toBe(401)
  expect((await alice.open('/account')).status).toBe(200)
  await idp.verify([{ when: { endpoint: 'backchannel_logout' }, answer: { status: 204 }, times: 1 }])
})

test('who logs out in one browser stays in the other', async ({ idp, logIn }) => {
  const browsers = [await logIn('bob'), await logIn('bob')]
  const sessions = await idp.sessions.list({ user: 'bob' })

  await idp.logout({ sid: sessions[0]?.id })

  const pages = await Promise.all(browsers.map((browser) => browser.open('/account')))
  expect(pages.map(({ status }) => status).sort()).toEqual([200, 401])
})

test.for([
  'invalid-aud',
  'invalid-iss',
  'exp-in-past',
  'rogue-key',
  'sig-none',
  'wrong-typ',
  'no-event',
  'wrong-event',
  'with-nonce',
  'no-sub-no-sid',
])('a logout token with %s logs nobody out', async (fault, { idp, logIn }) => {
  const bob = await logIn('bob')

  const deliveries = await idp.logout({ user: 'bob', faults: [fault] })

  expect(deliveries).toMatchObject([{ status: 400 }])
  expect((await bob.open('/account')).status).toBe(200)
})

test('a logout token is good for one logout', async ({ idp, logIn }) => {
  await logIn('bob')
  await idp.logout({ user: 'bob' })
  const bob = await logIn('bob')

  const deliveries = await idp.logout({ user: 'bob', faults: ['replayed-jti'] })

  expect(deliveries.map(({ status }) => status)).toContain(400)
  expect((await bob.open('/account')).status).toBe(200)
})

test('a logout in the browser ends the session at the provider', async ({ idp, web, logIn }) => {
  const bob = await logIn('bob')

  const sent = await bob.send('/logout')

  const location = new URL(sent.headers.get('location') ?? '')
  expect(location.href).toContain(`${idp.url}/session/end?`)
  expect(location.searchParams.get('post_logout_redirect_uri')).toBe(`${web}/`)
  expect((await bob.open('/account')).status).toBe(401)
})
