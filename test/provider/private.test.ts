import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import Provider, { type KoaContextWithOIDC } from 'oidc-provider'
import { expect, test } from 'vitest'
import { clientModel, internals } from '../../src/provider/private.ts'
import {
  checkScopesAfter,
  processRequestObjectsBy,
  readFormsAfter,
  takeReferences,
  takeRegistrations,
  takeStructuredTokens,
} from '../../src/provider/private-stacks.ts'

const provider = () => new Provider('http://localhost', { features: { devInteractions: { enabled: false } } })

test('the grant handlers are where we reach for them', () => {
  const { grantTypeHandlers } = internals(provider())

  expect([...grantTypeHandlers.keys()]).toContain('authorization_code')
  expect(grantTypeHandlers.get('authorization_code')).toBeTypeOf('function')
})

test('an object that is no provider is told apart', () => {
  expect(() => internals({} as Provider)).toThrow('this version keeps them elsewhere')
})

test('the schema and the redirect checks of clients are where we reach for them', () => {
  const { Schema, prototype } = clientModel(provider())

  expect(Schema.prototype.redirectUris).toBeTypeOf('function')
  expect(Schema.prototype.invalidate).toBeTypeOf('function')
  expect(Schema.prototype.whens).toBeTypeOf('function')
  expect(prototype.redirectUriAllowed).toBeTypeOf('function')
  expect(prototype.postLogoutRedirectUriAllowed).toBeTypeOf('function')
})

test('the check of structured tokens was replaced, and is not there a second time', () => {
  const again = async (_ctx: KoaContextWithOIDC, next: () => Promise<void>) => next()

  expect(() => {
    takeStructuredTokens(again)
    takeStructuredTokens(again)
  }).toThrow('checks them elsewhere')
})

test('registration and references are taken where they are', () => {
  const nothing = async () => {}

  expect(() => takeRegistrations({ post: nothing, get: nothing, put: nothing, del: nothing })).not.toThrow()
  expect(() => takeRegistrations({ patch: nothing } as never)).toThrow('has no patch of them')
  const take = () =>
    takeReferences(
      async () => '',
      () => {},
    )
  expect(take).not.toThrow()
  expect(take).toThrow('loads requests elsewhere')
})

test('request objects and forms are read where we reach for them', () => {
  expect(() => readFormsAfter(async (_ctx, next) => next())).not.toThrow()
  expect(() => checkScopesAfter(async (_ctx, next) => next())).not.toThrow()
  expect(() => processRequestObjectsBy(() => async () => {})).not.toThrow()
  expect(() => processRequestObjectsBy(() => async () => {})).toThrow('takes those of authorization elsewhere')
})

test('what is checked before a code is spent is where we reach for it', () => {
  const { configuration, features } = internals(provider())

  expect(configuration.features.resourceIndicators.getResourceServerInfo).toBeTypeOf('function')
  expect(features.requestObjects.assertJwtClaimsAndHeader).toBeTypeOf('function')
  expect(Object.getOwnPropertyDescriptor(clientModel(provider()).prototype, 'sectorIdentifier')?.get).toBeTypeOf(
    'function',
  )
})

test('whether a client needs a secret is asked where we reach for it', () => {
  expect(clientModel(provider()).needsSecret({})).toBe(true)
  expect(clientModel(provider()).needsSecret({ token_endpoint_auth_method: 'none' })).toBe(false)
})

test('the models of a provider have the members that are patched', () => {
  const { AccessToken, ClientCredentials, IdToken, Claims, OIDCContext, BaseToken } = provider()
  const members = (model: unknown) => (model as { prototype: Record<string, unknown> }).prototype

  expect(members(AccessToken).getValueAndPayload).toBeTypeOf('function')
  expect(members(ClientCredentials).getValueAndPayload).toBeTypeOf('function')
  expect(members(IdToken).issue).toBeTypeOf('function')
  expect(members(IdToken).payload).toBeTypeOf('function')
  expect(members(Claims).result).toBeTypeOf('function')
  expect(members(OIDCContext).urlFor).toBeTypeOf('function')
  expect(members(Object.getPrototypeOf(BaseToken)).emit).toBeTypeOf('function')
})

test('checks ask by ctx.assert, which is what keeps them quiet', () => {
  const folder = dirname(createRequire(import.meta.url).resolve('oidc-provider'))

  expect(readFileSync(join(folder, 'shared/access_token.js'), 'utf8')).toMatch(
    /ctx\.assert\(accessToken, new InvalidToken/,
  )
})
