import * as client from 'openid-client'
import { expect, test } from 'vitest'
import { defineFixtures, type FixturesModule, startUnderstudy } from '../../src/index.ts'
import { discover, login } from '../e2e/flows.ts'

/** A function of the fixtures that fails while it is told to. */
function fragile() {
  const state = { fails: true }
  function fail(): undefined {
    if (state.fails) throw new TypeError('Cannot read properties of undefined (reading "secret")')
  }
  return { state, fail }
}

const callback = 'http://localhost:3000/callback'
const fixtures: FixturesModule = {
  users: [{ username: 'alice' }],
  clients: [
    {
      client_id: 'app',
      client_secret: 'secret',
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'client_credentials'],
    },
  ],
}

/** A server that says no word of what broke, and works again as soon as the function does. */
async function expectServerError(answer: Response): Promise<void> {
  const text = await answer.text()
  expect(answer.status, text).toBe(500)
  expect(JSON.parse(text)).toMatchObject({ error: 'server_error' })
  expect(text).not.toMatch(/TypeError|secret|Cannot read/)
}

function askForToken(url: string): Promise<Response> {
  return fetch(`${url}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('app:secret')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
}

test('a function that fails on a request fails that request alone', async () => {
  const { state, fail } = fragile()
  await using idp = await startUnderstudy({
    fixtures: defineFixtures({ ...fixtures, onRequest: fail }),
    logLevel: 'silent',
  })

  await expectServerError(await askForToken(idp.url))
  state.fails = false

  expect((await askForToken(idp.url)).status).toBe(200)
})

test('a function that fails on a token fails that token alone', async () => {
  const { state, fail } = fragile()
  await using idp = await startUnderstudy({
    fixtures: defineFixtures({ ...fixtures, onToken: fail }),
    logLevel: 'silent',
  })

  await expectServerError(await askForToken(idp.url))
  state.fails = false

  expect((await askForToken(idp.url)).status).toBe(200)
})

test('a function that fails on claims fails that answer alone', async () => {
  const { state, fail } = fragile()
  await using idp = await startUnderstudy({
    fixtures: defineFixtures({ ...fixtures, claims: fail as never }),
    logLevel: 'silent',
  })
  const config = await discover(idp.url, 'app', 'secret')

  await expect(login(config)).rejects.toMatchObject({ code: 'OAUTH_RESPONSE_IS_NOT_CONFORM' })
  state.fails = false
  const { tokens } = await login(config)
  state.fails = true
  await expectServerError(await fetch(`${idp.url}/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } }))
  state.fails = false

  await expect(client.fetchUserInfo(config, tokens.access_token, 'alice')).resolves.toMatchObject({ sub: 'alice' })
})
