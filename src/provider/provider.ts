import type { IncomingMessage } from 'node:http'
import type { Middleware, ParameterizedContext } from 'koa'
import compose from 'koa-compose'
import Provider, { type KoaContextWithOIDC } from 'oidc-provider'
import type { Exchange } from '../domain/exchange.ts'
import type { Outcome, Registrations } from '../domain/outcome.ts'
import type { PageIssuer } from '../domain/pages.ts'
import { dressTokens, refuseDroppedKeys } from './access-token.ts'
import type { Users } from './accounts.ts'
import { addressedIssuer } from './addressee.ts'
import { completeAnswers, reportFailures } from './answers.ts'
import { takeLanguageTags } from './asked-claims.ts'
import { takeDetailsAtToken } from './authorization-details/token-requests.ts'
import { resumeWithoutQuery, takePosts } from './browser-requests.ts'
import { type CibaRequests, createCibaRequests } from './ciba/requests.ts'
import { serveClients } from './clients.ts'
import { configure } from './configuration.ts'
import type { IssuerContext, ProviderOptions } from './context.ts'
import { createDevices, type Devices } from './devices.ts'
import { takeFaultNonce, useProofsAhead } from './dpop.ts'
import { createEndpointMap, type FoundEndpoint } from './endpoints.ts'
import { describeErrors } from './error-descriptions.ts'
import { ProviderExchange } from './exchange.ts'
import { explainErrors } from './explained-errors.ts'
import { checkBeforeSpending } from './grants/before-spending.ts'
import './form-bodies.ts'
import { createTailor } from './access-token-claims.ts'
import { oneAtATime } from './grants/one-at-a-time.ts'
import { pacePolls, pollGrants } from './grants/poll-pace.ts'
import { prolongGrant, rejectReuse } from './grants/refresh-token.ts'
import { registerGrants } from './grants/register.ts'
import { type Naming, portOf } from './hosts.ts'
import { checkHints } from './id-token-hints.ts'
import { createIdentify } from './identity.ts'
import { initiateLogin, type LoginInitiation } from './initiate-login.ts'
import { createInteractions, type Interactions } from './interactions.ts'
import { createContext } from './issuer-context.ts'
import { takeKnownScopes } from './known-scopes.ts'
import { createGrants, type Grants } from './live-grants.ts'
import { createSessions, type Sessions } from './live-sessions.ts'
import { createLogout, type Logout } from './logout.ts'
import { cacheMetadata } from './metadata.ts'
import { createMinting, type Minting } from './minting/minting.ts'
import { hideCertificates } from './mtls.ts'
import { waitOnceAfter } from './one-wait.ts'
import { takeAnyAssertion, takeAnyClient } from './open-clients.ts'
import { outcomeOf, registrationsOf, rememberRefusals } from './outcome.ts'
import { pageIssuer } from './pages.ts'
import { createErrorShape, type ErrorShape } from './persona/answers.ts'
import { beforePersona, wearPersona } from './persona/persona.ts'
import { completeBearer, mayBeDevice } from './persona/requests.ts'
import { type GrantHandler, internals, takeTokenAlone } from './private.ts'
import { answerPreflights } from './registration/origins.ts'
import { serveRegistrations } from './registration/registrar.ts'
import { serveReferences } from './request-objects/by-reference.ts'
import { checkRequestObjects } from './request-objects/members.ts'
import { cookie } from './request-words.ts'
import { checkTargetsAtToken } from './resources/audiences.ts'
import { describeResources } from './resources/metadata.ts'
import { serveResources } from './resources/serve.ts'
import { completeResponses } from './response-modes.ts'
import { keepNewSessions, sessionLifetime } from './sessions.ts'
import { patchClaims } from './token-claims.ts'

/** One issuer's provider, as the rooms above use it. */
export interface IssuerProvider {
  /** Answers every protocol request of the issuer, with the path below the issuer in `ctx.path`. */
  middleware: Middleware
  /** What faults and the journal see of a request; undefined where its path is no endpoint. */
  openExchange(ctx: ParameterizedContext): Exchange | undefined
  /** What the request of an exchange turns out to have been, now that it is answered; the exchange lets go of all else. */
  closeExchange(ctx: ParameterizedContext): Outcome
  /** The issuer as its pages name it. */
  pageIssuer(req: IncomingMessage): PageIssuer
  /** Gives an error the look of the persona; undefined where it has none of its own. */
  shapeError: ErrorShape | undefined
  /** What is known of clients and scopes. */
  registrations: Registrations
  interactions: Interactions
  devices: Devices
  ciba: CibaRequests
  /** The link by which a third party has a client begin a login. */
  initiateLogin(clientId: string, initiation: LoginInitiation): string
  sessions: Sessions
  grants: Grants
  minting: Minting
  logout: Logout
  users: Users
  naming: Naming
  /** The name of a cookie of this issuer, as the browser that asks knows it. */
  cookieName(type: 'interaction' | 'session' | 'resume', req: IncomingMessage): string
}

export type { AuthorizationFault, ProviderOptions } from './context.ts'

const deviceRequest: FoundEndpoint = { endpoint: 'device_authorization', continued: false }

/** Makes the provider of one issuer. It is cheap: an issuer that changes gets a new one on the same bucket. */
export function createProvider(options: ProviderOptions): IssuerProvider {
  const issuer = createContext(options)
  const { naming, settings, bucket, clock } = issuer
  const configuration = configure(issuer)
  const provider = new Provider(naming.issuerFor(undefined), configuration)
  const cookieAt = (type: string, port: string) => `us_${type}_${issuer.name}_${port}`
  const cookieName = (type: string, req: IncomingMessage | undefined) =>
    req === undefined ? `us_${type}_${issuer.name}` : cookieAt(type, portOf(req))

  Object.defineProperty(provider, 'issuer', {
    get() {
      const ctx = Provider.ctx as KoaContextWithOIDC | undefined
      const asked = () => naming.issuerFor(ctx?.req, issuer.nameFor(ctx?.oidc && clientIdOf(ctx.oidc)))
      return addressedIssuer() ?? asked()
    },
  })
  Object.assign(provider, { keys: issuer.cookieSigner })
  provider.cookieName = (type) => cookieName(type, Provider.ctx?.req)
  linkByName(provider, issuer)
  serveClients(provider, issuer.clients, clock)
  takeAnyClient(provider, issuer)
  dressTokens(provider, createTailor(issuer))
  refuseDroppedKeys(provider, issuer.keys.dropped)
  patchClaims(provider, issuer)
  takeLanguageTags(provider)
  explainErrors(provider)
  reportFailures(provider)
  rememberRefusals(provider)
  takeFaultNonce(provider)
  useProofsAhead(provider)
  hushModels(provider)
  keepNewSessions(provider, configuration)
  completeResponses(provider, issuer)
  registerGrants(provider, issuer)
  serveRegistrations(provider, issuer)
  serveReferences(provider, issuer)
  checkHints(provider)
  checkRequestObjects(provider)
  takeTokenAlone(provider)
  for (const grantType of internals(provider).grantTypeHandlers.keys()) wrapGrant(provider, grantType, waitOnceAfter)
  for (const polled of pollGrants(settings)) {
    wrapGrant(provider, polled.grantType, (handler) => pacePolls(handler, polled, bucket, clock))
    wrapGrant(provider, polled.grantType, (handler) => oneAtATime(handler, polled.parameter))
  }
  checkBeforeSpending(provider, issuer)
  wrapGrant(provider, 'client_credentials', (handler) => takeKnownScopes(handler, provider))
  wrapGrant(provider, 'refresh_token', prolongGrant)
  if (settings.refresh_token.on_reuse === 'reject') {
    wrapGrant(provider, 'refresh_token', (handler) => rejectReuse(handler, provider))
  }
  wrapGrant(provider, 'authorization_code', (handler) => oneAtATime(handler, 'code'))
  wrapGrant(provider, 'refresh_token', (handler) => oneAtATime(handler, 'refresh_token'))
  takeDetailsAtToken(provider, issuer)
  checkTargetsAtToken(provider, issuer)
  wearPersona(provider, issuer)
  provider.use(describeErrors)
  provider.use(completeAnswers(issuer))
  provider.use(hideCertificates(issuer))
  serveResources(provider, issuer)

  const endpointOf = createEndpointMap(issuer.persona, settings.registration, settings.resources)
  const isDevice = mayBeDevice(issuer.persona)
  const takeBareBearer = completeBearer(issuer.persona)
  const identify = createIdentify(issuer)
  const cached = cacheMetadata({
    naming,
    jwksPath: issuer.persona.endpoints.jwks,
    jwksCacheControl: settings.jwks.cache_control,
  })
  const sessions = createSessions(provider, issuer, {
    nameAt: (port) => cookieAt('session', port),
    lifetimeSeconds: (session) => sessionLifetime(configuration, session),
  })

  return {
    middleware: compose([
      ...beforePersona(issuer),
      cached,
      answerPreflights(endpointOf, settings.registration),
      describeResources(issuer),
      resumeWithoutQuery,
      takePosts,
      takeAnyAssertion(issuer),
      ...(provider.middleware as unknown as Middleware[]),
    ]),
    openExchange(ctx) {
      const found = endpointOf(ctx.path, ctx.method) ?? (isDevice(ctx) ? deviceRequest : undefined)
      if (found === undefined) return undefined
      const { method, headers, querystring: query } = ctx.request
      const request = { method, headers, query, continued: found.continued, methods: found.methods }
      const exchange = new ProviderExchange(found.endpoint, request, (asking) =>
        identify(asking, cookie(asking.headers.cookie, cookieName('session', ctx.req))),
      )
      ctx.state.exchange = exchange
      takeBareBearer?.(ctx.req)
      return exchange
    },
    closeExchange(ctx) {
      return outcomeOf(ctx, ctx.state.exchange as ProviderExchange, issuer)
    },
    pageIssuer: (req) => pageIssuer(issuer, req),
    shapeError: createErrorShape(issuer.persona),
    registrations: registrationsOf(issuer, configuration.scopes as string[]),
    interactions: createInteractions(provider, issuer.users, settings),
    devices: createDevices(provider, issuer),
    ciba: createCibaRequests(provider, issuer),
    initiateLogin: (clientId, initiation) => initiateLogin(issuer, clientId, initiation),
    sessions,
    grants: createGrants(provider, issuer),
    minting: createMinting(provider, issuer),
    logout: createLogout(provider, issuer, sessions),
    users: issuer.users,
    naming,
    cookieName,
  }
}

/** Builds every link from the name that its reader knows, rather than from the Host header. */
function linkByName(provider: Provider, { naming }: IssuerContext): void {
  interface LinkingContext {
    ctx: { req: IncomingMessage }
    urlFor(this: LinkingContext, name: string, parameters?: object): string
  }
  const { pathFor } = provider as unknown as { pathFor(name: string, parameters: object): string }
  const { prototype } = provider.OIDCContext as unknown as { prototype: LinkingContext }
  prototype.urlFor = function urlFor(name, parameters) {
    return naming.baseFor(this.ctx.req, name) + pathFor.call(provider, name, { mountPath: '', ...parameters })
  }
}

/** Models tell of everything that happens to them, to nobody here: making up the events' names has its price. */
function hushModels(provider: Provider): void {
  const { prototype } = Object.getPrototypeOf(provider.BaseToken) as { prototype: { emit(event: string): void } }
  prototype.emit = () => {}
}

function wrapGrant(provider: Provider, grantType: string, wrap: (handler: GrantHandler) => GrantHandler): void {
  const { grantTypeHandlers } = internals(provider)
  const handler = grantTypeHandlers.get(grantType)
  if (handler === undefined)
    throw new Error(`Failed to wrap the grant ${grantType}: the provider has no handler for it`)
  grantTypeHandlers.set(grantType, wrap(handler))
}

/** The client of a request; at the end of a session it is known by the hint before the hint is found to be right. */
function clientIdOf({ client, entities }: KoaContextWithOIDC['oidc']): string | undefined {
  const { IdTokenHint: hint } = entities as { IdTokenHint?: { payload: { aud?: unknown } } }
  const hinted = hint?.payload.aud
  return client?.clientId ?? (typeof hinted === 'string' ? hinted : undefined)
}
