import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as client from 'openid-client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type UserState, userStates } from '../../src/domain/user.ts'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, type LoggedIn, login } from './flows.ts'

const redirectUri = 'http://localhost:3000/callback'

/** A fixtures file in which alice has this state, or is not there at all. */
function fixturesWith(state: UserState | 'gone'): string {
  const client = { redirect_uris: [redirectUri], grant_types: ['authorization_code', 'refresh_token'] }
  return JSON.stringify({
    users: [...(state === 'gone' ? [] : [{ username: 'alice', password: 'wonderland', sub: '100101', state }]), 'bob'],
    clients: [
      { client_id: 'web', client_secret: 'web-secret', ...client },
      {
        client_id: 'auto',
        client_secret: 'auto-secret',
        ...client,
        auto_login: state === 'gone' ? 'bob' : 'alice',
        consent: 'skip',
      },
      { client_id: 'tv', grant_types: ['device_code'] },
    ],
  })
}

let folder: string
let file: string
let idp: Understudy
let config: client.Configuration

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-states-'))
  file = join(folder, 'fixtures.json')
  await writeFile(file, fixturesWith('active'))
  idp = await startUnderstudy({ fixtures: file })
  config = await discover(idp.url, 'web', 'web-secret')
})

afterEach(async () => {
  await idp.close()
  await rm(folder, { recursive: true })
})

const authorization = (extra: Record<string, string> = {}) =>
  client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid', state: 's', ...extra })

/** What of a login still works. */
async function stillWorks({ tokens }: LoggedIn, agent: UserAgent) {
  const works = (attempt: Promise<unknown>) => attempt.then(() => true, reasonOf)
  const { url } = await agent.open(authorization({ prompt: 'none' }))
  return {
    userinfo: await works(client.fetchUserInfo(config, tokens.access_token, '100101')),
    introspection: (await client.tokenIntrospection(config, tokens.access_token)).active,
    refreshIntrospection: (await client.tokenIntrospection(config, tokens.refresh_token as string)).active,
    session: url.searchParams.get('error') ?? true,
    refresh: await works(client.refreshTokenGrant(config, tokens.refresh_token as string)),
  }
}

/** The code that a client is told, in the body or in the challenge. */
function reasonOf(error: unknown): unknown {
  const { error: code, cause } = error as { error?: string; cause?: [{ parameters: { error?: string } }] }
  return code ?? cause?.[0].parameters.error
}

const allWorks = { userinfo: true, introspection: true, refreshIntrospection: true, session: true, refresh: true }

const nothingWorks = {
  userinfo: 'invalid_token',
  introspection: false,
  refreshIntrospection: false,
  session: 'login_required',
  refresh: 'invalid_grant',
}

const states = Object.keys(userStates) as UserState[]
const barred = states.filter((state) => !userStates[state].login)

describe.each(barred)('a user who is %s', (state) => {
  const { message } = userStates[state]

  beforeEach(() => writeFile(file, fixturesWith(state)))

  test('is told so at the login page, by password and by picker', async () => {
    const agent = new UserAgent()
    const page = await agent.open(authorization())
    const typed = await agent.submit(page, /name="password"/, { username: 'alice', password: 'wonderland' })
    expect(typed).toMatchObject({ status: 400, html: expect.stringContaining(message) })
    const picked = await agent.submit(page, /name="pick"/, { pick: 'alice' })
    expect(picked).toMatchObject({ status: 400, html: expect.stringContaining(message) })
    const { url } = await agent.submit(
      await agent.submit(picked, /name="pick"/, { pick: 'bob' }),
      /interaction\/[\w-]+"/,
    )
    expect(url.searchParams.get('code')).toBeTruthy()
  })

  test('hears of a wrong password before the state', async () => {
    const agent = new UserAgent()
    const page = await agent.open(authorization())
    const typed = await agent.submit(page, /name="password"/, { username: 'alice', password: 'wrong' })
    expect(typed.html).toContain('That is not the password of alice.')
    expect(typed.html).not.toContain(message)
  })

  test('is refused by auto_login, which says why', async () => {
    const { url } = await new UserAgent().open(authorization({ client_id: 'auto' }))
    expect(Object.fromEntries(url.searchParams)).toEqual({
      error: 'access_denied',
      error_description: message,
      state: 's',
      iss: idp.url,
    })
  })

  test('cannot approve a device', async () => {
    const tv = await discover(idp.url, 'tv', undefined, client.None())
    const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid' })
    await expect(idp.device.approve(device.user_code, 'alice')).rejects.toMatchObject({
      code: 'ERR_USER_STATE',
      message: expect.stringContaining(message),
    })
    const agent = new UserAgent()
    const entry = await agent.open(device.verification_uri_complete as string)
    const confirm = await agent.submit(entry, /name="user_code"/)
    const loginPage = await agent.submit(confirm, /name="confirm"/, { confirm: 'yes' })
    expect(await agent.submit(loginPage, /name="pick"/, { pick: 'alice' })).toMatchObject({
      status: 400,
      html: expect.stringContaining(message),
    })
  })
})

test('tokens and session end with their user', async () => {
  const agent = new UserAgent()
  const loggedIn = await login(config, { agent, scope: 'openid' })
  await writeFile(file, fixturesWith('gone'))
  expect(await stillWorks(loggedIn, agent)).toEqual(nothingWorks)
})

describe.each(states)('tokens and session that live when their user becomes %s', (state) => {
  test(userStates[state].keep ? 'go on' : 'end, and come back with the user', async () => {
    const agent = new UserAgent()
    const loggedIn = await login(config, { agent, scope: 'openid' })
    await writeFile(file, fixturesWith(state))
    expect(await stillWorks(loggedIn, agent)).toEqual(userStates[state].keep ? allWorks : nothingWorks)
    await writeFile(file, fixturesWith('active'))
    await expect(client.fetchUserInfo(config, loggedIn.tokens.access_token, '100101')).resolves.toBeDefined()
  })
})

test('a session whose user is locked asks to log in again, and lets another in', async () => {
  const agent = new UserAgent()
  await login(config, { agent, scope: 'openid' })
  await writeFile(file, fixturesWith('locked'))
  const page = await agent.open(authorization())
  expect(page.html).toContain('name="password"')
  const consent = await agent.submit(page, /name="pick"/, { pick: 'bob' })
  const { url } = await agent.submit(consent, /interaction\/[\w-]+"/)
  const tokens = await client.authorizationCodeGrant(config, url, { expectedState: 's' })
  expect(tokens.claims()?.sub).toBe('bob')
})

describe.each(states)('what was allowed before its user became %s', (state) => {
  const outcome = userStates[state].keep ? 'tokens' : 'invalid_grant'
  const outcomeOf = (attempt: Promise<unknown>) => attempt.then(() => 'tokens', reasonOf)

  test(`a code: ${outcome}`, async () => {
    const agent = new UserAgent()
    await login(config, { agent, scope: 'openid' })
    const { url } = await agent.open(authorization())
    await writeFile(file, fixturesWith(state))
    expect(await outcomeOf(client.authorizationCodeGrant(config, url, { expectedState: 's' }))).toBe(outcome)
  })

  test(`an approved device: ${outcome}`, async () => {
    const tv = await discover(idp.url, 'tv', undefined, client.None())
    const device = await client.initiateDeviceAuthorization(tv, { scope: 'openid' })
    await idp.device.approve(device.user_code, 'alice')
    await writeFile(file, fixturesWith(state))
    const polled = client.genericGrantRequest(tv, 'urn:ietf:params:oauth:grant-type:device_code', {
      device_code: device.device_code,
    })
    expect(await outcomeOf(polled)).toBe(outcome)
  })
})
