import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as client from 'openid-client'
import { expect, onTestFinished, test } from 'vitest'
import { startUnderstudy } from '../../src/index.ts'
import { runHere } from '../cli/run.ts'
import { UserAgent } from '../user-agent.ts'
import { discover } from './flows.ts'

const redirectUri = 'http://localhost/callback'

/** A client as OpenID Connect Core 4 has it: asked to, it begins a login at the issuer that it is told, if it knows it. */
async function listen(issuer: () => string): Promise<string> {
  const app = createServer(async (request, response) => {
    const asked = new URL(request.url ?? '', 'http://localhost').searchParams
    if (asked.get('iss') !== issuer()) return response.writeHead(400).end()
    const config = await discover(String(asked.get('iss')), 'shop', 'shop-secret')
    const hint = asked.get('login_hint')
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid',
      state: asked.get('target_link_uri') ?? 'home',
      ...(hint !== null && { login_hint: hint }),
    })
    return response.writeHead(302, { location: url.href }).end()
  }).listen(0, '127.0.0.1')
  await once(app, 'listening')
  onTestFinished(() => void app.close())
  return `http://127.0.0.1:${(app.address() as AddressInfo).port}/start`
}

test.each(['default', 'partner'])('a link made at %s has the client log the user in', async (name) => {
  let url = ''
  const uri = await listen(() => url)
  const shop = { client_secret: 'shop-secret', redirect_uris: [redirectUri], consent: 'skip', initiate_login_uri: uri }
  const issuer = { users: ['alice', 'bob'], login_hint: 'login', clients: [{ client_id: 'shop', ...shop }] }
  const fixtures = { ...issuer, issuers: { partner: issuer } } as never
  await using idp = await startUnderstudy({ fixtures, watch: false, env: {} })
  url = idp.issuer(name).url

  const link = await idp
    .issuer(name)
    .initiateLogin('shop', { login_hint: 'bob', target_link_uri: 'http://localhost/x' })
  const page = await new UserAgent().open(link)
  expect(page.url.href.startsWith(`${redirectUri}?`)).toBe(true)
  expect(page.url.searchParams.get('state')).toBe('http://localhost/x')
  const tokens = await client.authorizationCodeGrant(await discover(url, 'shop', 'shop-secret'), page.url, {
    expectedState: 'http://localhost/x',
  })
  expect(tokens.claims()?.sub).toBe('bob')

  const args = ['initiate-login', 'shop', '--login-hint', 'alice', '--issuer', name]
  const { stdout } = await runHere(args, { env: { UNDERSTUDY_SERVER: idp.url } })
  expect((await new UserAgent().open(stdout.trim())).url.searchParams.get('code')).toBeTruthy()
})
