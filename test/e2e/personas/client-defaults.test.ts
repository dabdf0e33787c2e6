import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../../src/index.ts'
import { basicOf, providerAt, redirectUri } from './provider.ts'

const spa = { client_id: 'spa', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' as const }
const daemon = { client_id: 'daemon', client_secret: 's' }
const ofApps = {
  extends: 'generic' as const,
  client_defaults: { grant_types: ['client_credentials' as const] },
}

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: {
      issuers: { stream: { persona: 'dlive', clients: [spa] }, apps: { persona: ofApps, clients: [daemon] } },
    },
  })
})

afterAll(() => idp.close())

test('a public client has the grants of the persona but the one that it cannot have', async () => {
  const provider = providerAt(idp, 'stream', 'dora')

  const code = (await provider.authorize('/o/authorize', { client_id: 'spa', scope: 'email:read' })).get('code') ?? ''
  const fields = { grant_type: 'authorization_code', client_id: 'spa', redirect_uri: redirectUri }
  const { status } = await provider.form('/o/token', { ...fields, code })

  expect(status).toBe(200)
  expect((await idp.issuer('stream').clients.get('spa')).grant_types).toEqual(['authorization_code', 'refresh_token'])
})

test('one comes by the admin API as well', async () => {
  const clients = [spa]

  const issuer = await idp.createIssuer({ persona: 'dlive', clients })
  await issuer.clients.put('late', { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' })

  expect((await issuer.clients.list()).map(({ grant_types: grants }) => grants)).toEqual([
    ['authorization_code', 'refresh_token'],
    ['authorization_code', 'refresh_token'],
  ])
})

test('a client is checked as what its persona has it be', async () => {
  const { status } = await providerAt(idp, 'apps', '').form(
    '/token',
    { grant_type: 'client_credentials' },
    { authorization: basicOf('daemon', 's') },
  )

  expect(status).toBe(200)
})

test('a client that is patched in has the defaults of the persona, as one that is put', async () => {
  const issuer = await idp.createIssuer({ persona: 'dlive' })
  const members = { client_secret: 's', redirect_uris: [redirectUri] }

  await issuer.patch({ clients: [{ client_id: 'patched', ...members }] })
  await issuer.clients.put('put', members)

  const { client_id: _, ...patched } = await issuer.clients.get('patched')
  const { client_id: __, ...put } = await issuer.clients.get('put')
  expect(patched).toEqual(put)
  expect(patched).toMatchObject({ token_endpoint_auth_method: 'client_secret_basic' })
})

test('clients of those who hand them over stay as they were', async () => {
  const mine = { client_id: 'mine', client_secret: 's', redirect_uris: [redirectUri] }

  await idp.createIssuer({ persona: 'dlive', clients: [mine] })
  await using other = await startUnderstudy({ fixtures: { persona: 'dlive', clients: [mine] } })

  expect(await other.clients.get('mine')).toHaveProperty('grant_types')
  expect(Object.keys(mine)).toEqual(['client_id', 'client_secret', 'redirect_uris'])
})

test('what a persona makes of a client stands where the client does', async () => {
  const persona = { extends: 'dlive', client_defaults: { token_endpoint_auth_method: 'client_secret_post' } } as const
  const clients = [{ client_id: 'x', client_secret: 's' }]

  await expect(startUnderstudy({ fixtures: { persona, clients } })).rejects.toThrow(
    'fixtures clients[0].redirect_uris: the grant authorization_code needs at least one redirect URI',
  )
})
