import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CreatedIssuer } from 'understudy-idp'
import { type UnderstudyFixtures, understudy } from 'understudy-idp/vitest'
import { test as base, expect } from 'vitest'
import { createApi } from '../../src/api/api.ts'
import { createWeb } from '../../src/web/web.ts'
import { Visitor } from './visitor.ts'

/** Each test has an issuer of its own, `idp`, and beside it what follows. */
export const test = base
  .extend<UnderstudyFixtures>(understudy({ fixtures: 'fixtures' }))
  /** How long the API leaves the JWKS alone. */
  .extend('jwksCooldownMs', 30_000)
  /** Where the API listens. */
  .extend('api', async ({ idp, jwksCooldownMs }, { onCleanup }) => {
    const api = await listen(() => createApi({ issuer: idp.url, audience: 'notes-api', jwksCooldownMs }))
    onCleanup(api.close)
    return api.url
  })
  /** Where the app listens. */
  .extend('web', async ({ idp, api }, { onCleanup }) => {
    const client = { clientId: 'notes-web', clientSecret: 'notes-secret' }
    const web = await listen((url) => createWeb({ issuer: idp.url, ...client, url, apiUrl: api }))
    onCleanup(web.close)
    await tellWhere(idp, web.url)
    return web.url
  })
  /** Logs a user in at the app, and gives their browser. */
  .extend('logIn', ({ idp, web }) => {
    return async function logIn(user: string): Promise<Visitor> {
      const visitor = new Visitor(web)
      expect((await visitor.logIn(idp, user)).status).toBe(302)
      return visitor
    }
  })

/** Listens at a free port, which an app has to know before it is made. */
async function listen(create: (url: string) => Promise<RequestListener>) {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  server.on('request', await create(url))

  function close(): void {
    server.close().closeAllConnections()
  }
  return { url, close }
}

/** Redirect URIs on localhost may have any port; where logout tokens go has to be said. */
async function tellWhere(idp: CreatedIssuer, url: string): Promise<void> {
  const client = await idp.clients.get('notes-web')
  await idp.clients.put('notes-web', { ...client, backchannel_logout_uri: `${url}/backchannel-logout` })
}
