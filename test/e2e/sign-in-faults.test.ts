import type * as client from 'openid-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'

let idp: Understudy
let web: client.Configuration

beforeEach(async () => {
  idp = await startUnderstudy()
  web = await discover(idp.url, 'web-app', 'web-secret')
})

afterEach(() => idp?.close())

const denied = { error: 'access_denied' }

test('a fault that is meant for a user meets the person who signs in, once', async () => {
  await idp.arm({ fault: 'access_denied', when: { endpoint: 'authorization', user: 'alice' } })

  await expect(login(web, { user: 'bob' })).resolves.toBeDefined()
  await expect(login(web, { user: 'alice' })).rejects.toMatchObject(denied)
  await expect(login(web, { user: 'alice' })).resolves.toBeDefined()

  expect(await idp.armed()).toMatchObject([{ matches: 1, fires: 1, spent: true }])
})

test('who had a session already is met at the start, and not a second time by signing in again', async () => {
  const agent = new UserAgent()
  await login(web, { agent })
  await idp.arm({
    fault: 'access_denied',
    when: { endpoint: 'authorization', user: 'alice' },
    skip: 1,
    times: 'always',
  })

  await expect(login(web, { agent, parameters: { prompt: 'login' } })).resolves.toBeDefined()
  expect(await idp.armed()).toMatchObject([{ matches: 1, fires: 0 }])

  await expect(login(web, { agent, parameters: { prompt: 'login' } })).rejects.toMatchObject(denied)
})

test('who takes the place of another is met', async () => {
  const agent = new UserAgent()
  await login(web, { agent, user: 'bob' })
  await idp.arm({ fault: 'access_denied', when: { endpoint: 'authorization', user: 'alice' } })

  await expect(login(web, { agent, user: 'bob', parameters: { prompt: 'login' } })).resolves.toBeDefined()
  await expect(login(web, { agent, user: 'alice', parameters: { prompt: 'login' } })).rejects.toMatchObject(denied)
})

test('everything else that a fault asks for counts as well, of the authorization as it began', async () => {
  const when = { endpoint: 'authorization', user: 'alice', client: 'web-app', scope: 'email' }
  await idp.arm({ fault: 'access_denied', when, times: 'always' })
  await idp.arm({ fault: 'access_denied', when: { ...when, client: 'spa' }, times: 'always' })

  await expect(login(web, { scope: 'openid profile' })).resolves.toBeDefined()
  await expect(login(web, { scope: 'openid email' })).rejects.toMatchObject(denied)
  await expect(login(web, { scope: 'openid email', par: true })).rejects.toMatchObject(denied)

  expect(await idp.armed()).toMatchObject([{ fires: 2 }, { matches: 0 }])
})

test('a fault for anybody counts an authorization once, however many steps a person takes', async () => {
  await idp.arm({ fault: 'access_denied', when: { endpoint: 'authorization' }, skip: 1 })

  await expect(login(web)).resolves.toBeDefined()
  expect(await idp.armed()).toMatchObject([{ matches: 1 }])

  await expect(login(web)).rejects.toMatchObject(denied)
})
