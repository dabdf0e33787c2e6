import { randomUUID } from 'node:crypto'
import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { Client } from '../../domain/client.ts'
import { managementMethods } from '../../domain/registration.ts'
import { UnderstudyError } from '../../errors.ts'
import { metadataOf } from '../clients.ts'
import type { IssuerContext } from '../context.ts'
import { findMissingKey } from '../encryption.ts'
import { checkSector, clientModel } from '../private.ts'
import { type RegistrationHandlers, takeRegistrations } from '../private-stacks.ts'
import { isSame, refuseToken, requireBearer } from './access.ts'
import {
  checkWishes,
  clientOf,
  decidedHere,
  invalidMetadata,
  type Metadata,
  newSecret,
  readBody,
  wishesIn,
} from './metadata.ts'
import { allowOrigin } from './origins.ts'

type AccessToken = InstanceType<Provider['RegistrationAccessToken']>

const registrars = new WeakMap<Provider, RegistrationHandlers>()

/** Has a provider register clients as its issuer's own: edits of the fixtures, like those of the admin API. */
export function serveRegistrations(provider: Provider, issuer: IssuerContext): void {
  if (issuer.settings.registration.enabled) registrars.set(provider, createRegistrar(provider, issuer))
}

const registrarOf = ({ oidc }: KoaContextWithOIDC) => registrars.get(oidc.provider) as RegistrationHandlers

takeRegistrations({
  post: (ctx) => registrarOf(ctx).post(ctx),
  get: (ctx) => registrarOf(ctx).get(ctx),
  put: (ctx) => registrarOf(ctx).put(ctx),
  del: (ctx) => registrarOf(ctx).del(ctx),
})

/** Where registrations are not managed, nothing answers at the endpoint that the provider has for it. */
const unmanaged = { get: async () => {}, put: async () => {}, del: async () => {} }

/**
 * What the registration endpoint does, and the client configuration endpoint beside it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-3 RFC 7591 section 3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc7592#section-2 RFC 7592 section 2}
 */
function createRegistrar(provider: Provider, issuer: IssuerContext): RegistrationHandlers {
  const { settings, registrations } = issuer
  const { initial_access_token: initial, management, rotate_access_token: rotates } = settings.registration
  const Model = clientModel(provider)
  const isManaged = managementMethods[management].length > 0

  function begin(ctx: KoaContextWithOIDC): void {
    ctx.set('cache-control', 'no-store')
    allowOrigin(ctx, settings.registration)
  }

  /** Keeps a registration, if it is one that the provider could serve; answers with all that is registered then. */
  async function register(ctx: KoaContextWithOIDC, metadata: Metadata): Promise<Metadata> {
    const client = clientOf(metadata)
    const model = new Model(metadataOf(client))
    const missing = findMissingKey(model)
    if (missing !== undefined) throw new errors.InvalidClientMetadata(`${missing.member}: ${missing.message}`)
    await checkSector(provider, model)
    // Response types bring their grants along, as the provider sees it.
    const kept = metadata.response_types === undefined ? metadata : { ...metadata, grant_types: model.grantTypes }
    await registrations.put(client.client_id, kept).catch(refuseMisfit)
    ctx.oidc.entity('Client', model)
    return registeredOf(model, metadata)
  }

  /** What is registered: what the provider knows of it, and what it does not. */
  function registeredOf(model: InstanceType<Provider['Client']>, metadata: Metadata): Metadata {
    return { ...metadata, ...model.metadata() }
  }

  function secretOf(wished: Metadata, before?: Client): Metadata {
    if (!Model.needsSecret(wished)) return {}
    return {
      client_secret: before?.client_secret ?? newSecret(),
      client_secret_expires_at: before?.client_secret_expires_at ?? 0,
    }
  }

  async function newToken(clientId: string): Promise<string> {
    const Token = provider.RegistrationAccessToken as unknown as new (of: {
      clientId: string
    }) => { save(): Promise<string> }
    return new Token({ clientId }).save()
  }

  function withAccess(ctx: KoaContextWithOIDC, clientId: string, token: string): Metadata {
    return {
      registration_client_uri: ctx.oidc.urlFor('client', { clientId }),
      registration_access_token: token,
    }
  }

  /** The registration that a request is about, if its token is for it. */
  async function authorized(ctx: KoaContextWithOIDC): Promise<{ client: Client; value: string; token: AccessToken }> {
    const value = requireBearer(ctx, 'the registration access token')
    const token = await provider.RegistrationAccessToken.find(value)
    if (token === undefined) return refuseToken(ctx, 'there is no such registration access token')
    const { clientId } = ctx.params as { clientId: string }
    // Not by `issuer.clients`: an open issuer has a client for every id.
    const client = settings.clients.find(({ client_id: id }) => id === clientId)
    if (client !== undefined && token.clientId === clientId) {
      ctx.oidc.entity('Client', new Model(metadataOf(client)))
      return { client, value, token }
    }
    // One that was tried on another client has leaked; one whose client is gone is of no use.
    await token.destroy()
    return refuseToken(ctx, 'the registration access token is not for this client')
  }

  const handlers: RegistrationHandlers = {
    async post(ctx) {
      begin(ctx)
      if (initial !== undefined && !isSame(requireBearer(ctx, 'the initial access token'), initial)) {
        refuseToken(ctx, 'that is not the initial access token')
      }
      const wished = wishesIn(readBody(ctx))
      checkWishes(wished, settings)
      const id = randomUUID()
      const decided = { client_id: id, client_id_issued_at: Math.floor(Date.now() / 1000) }
      const registered = await register(ctx, { ...wished, ...decided, ...secretOf(wished) })
      ctx.status = 201
      ctx.body = { ...registered, ...(isManaged && withAccess(ctx, id, await newToken(id))) }
    },

    async get(ctx) {
      begin(ctx)
      const { client, value } = await authorized(ctx)
      const { client_id: id } = client
      ctx.body = { ...registeredOf(new Model(metadataOf(client)), toldOf(client)), ...withAccess(ctx, id, value) }
    },

    async put(ctx) {
      begin(ctx)
      const { client, value, token } = await authorized(ctx)
      const body = readBody(ctx)
      checkUpdate(body, client)
      const wishes = wishesIn(body)
      checkWishes(wishes, settings)
      const wished = { ...own(client), ...wishes }
      const { client_id, client_id_issued_at } = client
      const registered = await register(ctx, { ...wished, client_id, client_id_issued_at, ...secretOf(wished, client) })
      if (rotates) await token.destroy()
      const current = rotates ? await newToken(client_id) : value
      ctx.body = { ...registered, ...withAccess(ctx, client_id, current) }
    },

    async del(ctx) {
      begin(ctx)
      const { client, token } = await authorized(ctx)
      await registrations.delete(client.client_id)
      await token.destroy()
      ctx.status = 204
    },
  }
  return isManaged ? handlers : { ...handlers, ...unmanaged }
}

/** What is kept of a client, without what we add for all. */
function toldOf(client: Client): Metadata {
  const usual = { consent: 'ask' } as Metadata
  return Object.fromEntries(
    Object.entries(client).filter(([name, value]) => value !== undefined && value !== usual[name]),
  )
}

/** Members that are ours, which a client that replaces its metadata need not know of. */
function own(client: Client): Metadata {
  const shared = metadataOf(client) as unknown as Metadata
  return Object.fromEntries(Object.entries(toldOf(client)).filter(([name]) => !(name in shared)))
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc7592#section-2.2 RFC 7592 section 2.2} */
function checkUpdate(body: Metadata, client: Client): void {
  const foreign = decidedHere.find((name) => body[name] !== undefined)
  if (foreign !== undefined)
    throw new errors.InvalidClientMetadata(`${foreign} must not be sent: it is not the client's to say`)
  if (body.client_id !== client.client_id)
    throw new errors.InvalidClientMetadata('client_id must be that of the registration')
  if (body.client_secret !== undefined && body.client_secret !== client.client_secret) {
    throw new errors.InvalidClientMetadata('client_secret must be that of the registration: a client cannot choose it')
  }
}

/** What does not fit the rest of the issuer, such as a scope that it does not have. */
function refuseMisfit(error: unknown): never {
  if (!(error instanceof UnderstudyError) || error.code !== 'ERR_FIXTURES_INVALID') throw error
  const [mistake] = (error.details?.errors ?? []) as { path: string; message: string }[]
  throw invalidMetadata(mistake?.path ?? '', mistake?.message ?? error.message)
}
