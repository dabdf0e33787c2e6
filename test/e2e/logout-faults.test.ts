import * as client from 'openid-client'
import { expect, test } from 'vitest'
import { type ArmedFaultInput, startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'
import { receiveLogouts } from './logout-receiver.ts'

/** A shop and a blog, each with its own end of a logout. */
async function startClients() {
  const shop = await receiveLogouts(() => ({ issuer: idp.url, clientId: 'shop' }))
  const blog = await receiveLogouts(() => ({ issuer: idp.url, clientId: 'blog' }))
  const common = { client_secret: 'secret', redirect_uris: ['http://localhost/callback'], consent: 'skip' as const }
  const idp: Understudy = await startUnderstudy({
    fixtures: {
      users: [{ username: 'alice', sub: '100101' }],
      clients: [
        { ...common, client_id: 'shop', backchannel_logout_uri: shop.uri },
        { ...common, client_id: 'blog', backchannel_logout_uri: blog.uri },
      ],
    },
  })
  return {
    idp,
    shop,
    blog,
    arm: (fault: ArmedFaultInput) => idp.arm(fault),
    async [Symbol.asyncDispose]() {
      await idp.close()
      await Promise.all([shop.close(), blog.close()])
    },
  }
}

/** Signs in to both in one browser, and out again. */
async function signInAndOut({ idp }: { idp: Understudy }): Promise<void> {
  const agent = new UserAgent()
  const hint = { id_token_hint: '' }
  for (const id of ['shop', 'blog']) {
    const config = await discover(idp.url, id, 'secret')
    const { tokens } = await login(config, { agent, scope: 'openid', redirectUri: 'http://localhost/callback' })
    hint.id_token_hint = tokens.id_token ?? ''
  }
  const page = await agent.open(client.buildEndSessionUrl(await discover(idp.url, 'blog', 'secret'), hint))
  const done = await agent.submit(page, /name="logout"/, { logout: 'yes' })
  expect(done.html).toContain('signed out')
}

test('logout-never-sent keeps one client in the dark, and the next logout is told again', async () => {
  await using world = await startClients()
  await world.arm({ fault: 'logout-never-sent', when: { client: 'shop' } })

  await signInAndOut(world)

  expect([world.shop.received.length, world.blog.taken.length]).toEqual([0, 1])
  expect(await world.idp.armed()).toMatchObject([{ matches: 1, fires: 1, spent: true }])
  expect(await world.idp.requests({ fault: 'logout-never-sent' })).toMatchObject([
    { kind: 'call', client: 'shop', failure: 'a fault keeps it from being sent' },
  ])

  await signInAndOut(world)
  expect(world.shop.taken).toHaveLength(1)
})

test('logout-sent-twice sends the same token again, which a client that remembers them refuses', async () => {
  await using world = await startClients()
  await world.arm({ fault: 'logout-sent-twice', when: { client: 'shop' } })

  await signInAndOut(world)

  expect(world.shop.received).toHaveLength(2)
  expect(new Set(world.shop.received).size).toBe(1)
  expect(world.shop.refused).toEqual(['it was replayed'])
  expect(world.blog.taken).toHaveLength(1)
  const calls = await world.idp.requests({ fault: 'logout-sent-twice' })
  expect(calls.map(({ answer }) => answer?.status)).toEqual([200, 400])

  await signInAndOut(world)
  expect(world.shop.taken).toHaveLength(2)
})

test('logout-sent-late lets the logout go by, and sends a good token then', async () => {
  await using world = await startClients()
  await world.arm({ fault: 'logout-sent-late', with: { ms: 700 }, when: { client: 'shop' } })

  await signInAndOut(world)

  expect(world.shop.received).toEqual([])
  expect(world.blog.taken).toHaveLength(1)
  await expect.poll(() => world.shop.taken.length, { timeout: 5000 }).toBe(1)
  expect(await world.idp.requests({ endpoint: 'backchannel_logout', client: 'shop' })).toHaveLength(1)
})

test('what is late when all is reset is never sent', async () => {
  await using world = await startClients()
  await world.arm({ fault: 'logout-sent-late', with: { ms: 600_000 }, when: { client: 'shop' } })
  const told = world.idp.logout({ user: 'alice', client: 'shop' })
  await expect.poll(async () => (await world.idp.armed())[0]?.fires).toBe(1)

  await world.idp.reset()

  expect(await told).toMatchObject([{ client_id: 'shop', error: 'a fault keeps it from being sent' }])
  expect(world.shop.received).toEqual([])
})

test('a logout that a test makes up tells what became of each delivery', async () => {
  await using world = await startClients()
  await world.arm({ script: ['logout-sent-twice', 'logout-never-sent', 'pass'], per: 'issuer' })
  const logout = async () => {
    const deliveries = await world.idp.logout({ user: 'alice', client: 'shop' })
    return deliveries.map(({ status, error }) => status ?? error)
  }

  expect(await logout()).toEqual([200, 400])
  expect(await logout()).toEqual([expect.stringContaining('a fault keeps it')])
  expect(await logout()).toEqual([200])
})

test('without a place to be told, it cannot be armed elsewhere, and says where it can', async () => {
  await using world = await startClients()

  const armed = world.arm({ fault: 'logout-never-sent', when: { endpoint: 'token' } })

  await expect(armed).rejects.toMatchObject({
    code: 'ERR_FAULT_INVALID',
    message: expect.stringContaining('It fires at end_session'),
  })
})
