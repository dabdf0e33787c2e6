import { randomBytes } from 'node:crypto'
import {
  type Configuration,
  errors,
  type Grant,
  interactionPolicy,
  type KoaContextWithOIDC,
  type Client as ModelClient,
} from 'oidc-provider'
import { defaultLifetimes, type Lifetimes } from '../domain/tokens.ts'
import { userStates } from '../domain/user.ts'
import { extraTokenClaims } from './access-token-claims.ts'
import { createFindAccount } from './accounts.ts'
import { createAdapter } from './adapter.ts'
import { usualAlgorithm } from './algorithms.ts'
import { checkAskedUser, requireSubjectsInList } from './asked-user.ts'
import { stepUpCheck } from './authentication-context.ts'
import { afterSignIn, beforeAuthorization } from './authorization.ts'
import { detailsPrompt, richAuthorizationRequests } from './authorization-details/feature.ts'
import { createFetch } from './calls.ts'
import { findAskedAccount } from './ciba/account.ts'
import { cibaFeature, cibaLifetime } from './ciba/feature.ts'
import type { IssuerContext } from './context.ts'
import { frontchannelMetadata } from './frontchannel-logout.ts'
import { joseAlgorithms, pairwiseSubject } from './jose.ts'
import { clientAuthMethods, mtlsFeature } from './mtls.ts'
import { createPageSources, pageIssuer } from './pages.ts'
import { registrationFeatures } from './registration/feature.ts'
import { requestObjects } from './request-objects/feature.ts'
import { checkAskedAudience } from './resources/audiences.ts'
import { resourceIndicators, targetOf } from './resources/targets.ts'
import { heldKeys } from './signing.ts'

/** Every response type but `token` alone, which oidc-provider takes only afterwards. */
const responseTypes = [
  'code',
  'id_token',
  'code id_token',
  'code token',
  'code id_token token',
  'id_token token',
  'none',
] as const

/** From which DPoP nonces are made; they are of use for minutes. */
const nonceSecret = randomBytes(32)

/** The languages of our pages. */
const pageLocales = ['en']

const promptValues = ['none', 'login', 'consent', 'select_account']

/** A grant outlives every token under it: a year, or twice the longest refresh token. */
const yearSeconds = 31_536_000

/** How long a person may take over the pages of one login. */
const interactionSeconds = 3600

/** Turns an issuer of the fixtures into oidc-provider's configuration. */
export function configure(issuer: IssuerContext): Configuration {
  const { settings, persona, users, scopes } = issuer
  const pages = createPageSources({
    render: issuer.render,
    issuer: (ctx) => pageIssuer(issuer, ctx.req),
    users,
    clients: issuer.clients,
    scopes: settings.scopes,
  })
  const paths = persona.endpoints
  return {
    adapter: createAdapter(issuer.bucket, issuer.clock, settings.refresh_token.grace),
    jwks: { keys: heldKeys(issuer.keys) } as Configuration['jwks'],
    findAccount: findAskedAccount(issuer, createFindAccount(users, issuer.hooks)),
    scopes: Object.keys(scopes),
    claims: { ...claimsByScope(scopes), acr: null, amr: null, auth_time: null, sid: null, iss: null },
    acrValues: settings.acr_values,
    discovery: { ...frontchannelMetadata, ui_locales_supported: pageLocales, prompt_values_supported: promptValues },
    responseTypes: [...responseTypes],
    clientDefaults: {
      id_token_signed_response_alg: settings.id_token.signed_response_alg,
      backchannel_token_delivery_mode: 'poll',
      authorization_details_types: Object.keys(settings.authorization_details),
      introspection_signed_response_alg: usualAlgorithm(settings, issuer.keys),
      authorization_signed_response_alg: usualAlgorithm(settings, issuer.keys),
    } as NonNullable<Configuration['clientDefaults']>,
    enabledJWA: joseAlgorithms(issuer.keys) as Configuration['enabledJWA'],
    subjectTypes: ['public', 'pairwise'],
    pairwiseIdentifier: (_ctx, sub, client) =>
      pairwiseSubject(issuer.name, (client.sectorIdentifier as string | undefined) ?? client.clientId, sub),
    clientAuthMethods,
    clockTolerance: 0,
    fetch: createFetch(issuer),
    conformIdTokenClaims: false,
    clientBasedCORS: () => true,
    allowOmittingSingleRegisteredRedirectUri: persona.redirect_uri === 'optional',
    pkce: { required: () => persona.pkce === 'required' },
    cookies: {
      long: { signed: true, httpOnly: true, sameSite: 'lax', path: '/' },
      short: { signed: true, httpOnly: true, sameSite: 'lax' },
    },
    expiresWithSession: () => settings.session_bound,
    issueRefreshToken: (_ctx, client, code) =>
      client.grantTypeAllowed('refresh_token') &&
      (!settings.refresh_token.requires_offline_access || code.scopes.has('offline_access')),
    rotateRefreshToken: () => settings.refresh_token.rotation === 'rotate',
    extraTokenClaims: (_ctx, token) => extraTokenClaims(issuer, token as never) as never,
    async loadExistingGrant(ctx) {
      await afterSignIn(issuer, ctx)
      return loadGrant(issuer, ctx)
    },
    interactions: {
      policy: createPolicy(issuer),
      url: (ctx, interaction) => `${issuer.naming.baseFor(ctx.req, 'resume')}/interaction/${interaction.uid}`,
    },
    extraParams: {
      audience: (ctx, audience) => checkAskedAudience(issuer, ctx, audience),
      understudy_fault: () => {},
      understudy_tag: (ctx) => beforeAuthorization(issuer, ctx),
    },
    renderError: pages.renderError as Configuration['renderError'],
    routes: {
      authorization: paths.authorization,
      token: paths.token,
      device_authorization: paths.device_authorization,
      code_verification: paths.device_verification,
      userinfo: paths.userinfo,
      introspection: paths.introspection,
      revocation: paths.revocation,
      pushed_authorization_request: paths.pushed_authorization_request,
      backchannel_authentication: paths.backchannel_authentication,
      end_session: paths.end_session,
      jwks: paths.jwks,
      registration: paths.registration,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
      introspection: { enabled: true, allowedPolicy: mayIntrospect(issuer) },
      jwtUserinfo: { enabled: true },
      revocation: { enabled: true, allowedPolicy: mayRevoke },
      deviceFlow: {
        enabled: true,
        mask: '****-****',
        userCodeInputSource: pages.userCodeInputSource as never,
        userCodeConfirmSource: pages.userCodeConfirmSource as never,
        successSource: pages.successSource,
      },
      ciba: cibaFeature(issuer),
      richAuthorizationRequests: richAuthorizationRequests(issuer),
      ...registrationFeatures(settings.registration),
      backchannelLogout: { enabled: true },
      dPoP: { enabled: persona.dpop !== false, nonceSecret, requireNonce: () => settings.dpop.nonce },
      jwtResponseModes: { enabled: true },
      jwtIntrospection: { enabled: true },
      encryption: { enabled: true },
      mTLS: mtlsFeature(issuer),
      requestObjects: requestObjects(settings.request_objects),
      claimsParameter: { enabled: true, assertClaimsParameter: (_ctx, claims) => requireSubjectsInList(claims) },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: pages.logoutSource,
        postLogoutSuccessSource: pages.postLogoutSuccessSource,
      },
      resourceIndicators: resourceIndicators(issuer, Object.keys(scopes)),
    },
    ttl: lifetimesOf(issuer),
  }
}

function claimsByScope(scopes: IssuerContext['scopes']): Record<string, string[]> {
  const entries = Object.entries(scopes).map(([name, { claims }]) => [
    name,
    name === 'openid' ? ['sub', ...claims] : claims,
  ])
  return Object.fromEntries(entries.filter(([, claims]) => (claims as string[]).length > 0))
}

function lifetimesOf(issuer: IssuerContext): Configuration['ttl'] {
  const { settings, clients } = issuer
  const base = { ...defaultLifetimes, ...settings.lifetimes }
  const of = (name: keyof Lifetimes) => {
    return (_ctx: unknown, token: { clientId?: string; aud?: unknown } | undefined, client?: { clientId: string }) => {
      const own = clients.get(client?.clientId ?? token?.clientId ?? '')?.lifetimes?.[name]
      const ofResource = name === 'access_token' ? targetOf(issuer, token?.aud)?.lifetimes?.access_token : undefined
      return wholeSeconds(ofResource ?? own ?? base[name])
    }
  }
  const refreshSeconds = [base, ...[...clients.values()].map(({ lifetimes }) => lifetimes ?? {})]
  const longest = Math.max(...refreshSeconds.map((lifetimes) => lifetimes.refresh_token ?? 0))
  const idTokenSeconds = of('id_token')
  return {
    AccessToken: of('access_token'),
    ClientCredentials: of('access_token'),
    AuthorizationCode: of('authorization_code'),
    RefreshToken: of('refresh_token'),
    // An ID token knows its client as a model, not as an id.
    IdToken: (ctx, token, client) => idTokenSeconds(ctx, undefined, client ?? token),
    DeviceCode: wholeSeconds(settings.device.expires_in),
    BackchannelAuthenticationRequest: cibaLifetime(issuer),
    Grant: wholeSeconds(Math.max(yearSeconds, longest * 2)),
    Interaction: interactionSeconds,
    Session: (_ctx, session) => {
      const sinceLogin = session.loginTs === undefined ? 0 : Math.floor(Date.now() / 1000) - session.loginTs
      return wholeSeconds(Math.min(base.session_idle, base.session - sinceLogin))
    },
  }
}

/** The provider takes whole seconds, and no lifetime below one. */
function wholeSeconds(seconds: number): number {
  return Math.max(1, Math.ceil(seconds))
}

/** The usual prompts and `select_account`; but a session whose user may not go on asks to log in, and native clients ask for consent once. */
function createPolicy(issuer: IssuerContext): interactionPolicy.DefaultPolicy {
  const { Check, Prompt, base } = interactionPolicy
  const policy = base()
  const description = 'the signed-in user is not there any more, or may not go on'
  const gone = new Check('account_gone', description, 'login_required', (ctx) =>
    ctx.oidc.session?.accountId !== undefined && ctx.oidc.account === undefined
      ? Check.REQUEST_PROMPT
      : Check.NO_NEED_TO_PROMPT,
  )
  policy.get('login')?.checks.add(gone, 0)
  policy.get('login')?.checks.add(stepUpCheck(issuer.settings))
  checkAskedUser(issuer, policy.get('login'))
  policy.get('consent')?.checks.remove('native_client_prompt')
  policy.get('consent')?.checks.remove('rar_prompt')
  policy.get('consent')?.checks.add(detailsPrompt(issuer))
  policy.add(new Prompt({ name: 'select_account', requestable: true }, () => ({})), 0)
  return policy
}

/** The grant of an earlier consent; completed without asking where the client skips consent. */
async function loadGrant(issuer: IssuerContext, ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { oidc } = ctx
  const { client, session, account } = oidc
  if (client === undefined || session === undefined || account === undefined) return undefined
  const grantId = oidc.result?.consent?.grantId ?? session.grantIdFor(client.clientId)
  const found = grantId === undefined ? undefined : await oidc.provider.Grant.find(grantId)
  const known = found?.accountId === account.accountId ? found : undefined
  if (issuer.clients.get(client.clientId)?.consent !== 'skip' || oidc.prompts.has('consent')) return known
  const grant = known ?? new oidc.provider.Grant({ accountId: account.accountId, clientId: client.clientId })
  const asked = [...oidc.requestParamScopes]
  const resources = Object.keys(oidc.resourceServers ?? {})
  const claims = [...oidc.requestParamClaims]
  const granted = { scopes: grant.getOIDCScopeEncountered().split(' '), claims: grant.getOIDCClaimsEncountered() }
  const isAll =
    asked.every((scope) => granted.scopes.includes(scope)) && claims.every((claim) => granted.claims.includes(claim))
  if (known !== undefined && resources.length === 0 && isAll) return grant
  grant.addOIDCScope(asked.join(' '))
  grant.addOIDCClaims(claims)
  for (const indicator of resources) grant.addResourceScope(indicator, asked.join(' '))
  await grant.save()
  return grant
}

/**
 * Public clients see their own tokens alone; and nobody sees those of a user who may not go on, or of a client that is
 * gone, as active.
 */
function mayIntrospect({ users, clients }: IssuerContext) {
  return function mayIntrospect(
    _ctx: KoaContextWithOIDC,
    client: ModelClient,
    token: { clientId?: string; accountId?: string },
  ): boolean {
    const user = token.accountId === undefined ? undefined : users.bySub(token.accountId)
    if (token.accountId !== undefined && !(user && userStates[user.state].keep)) return false
    if (!clients.has(token.clientId ?? '')) return false
    return client.clientAuthMethod !== 'none' || token.clientId === client.clientId
  }
}

function mayRevoke(_ctx: KoaContextWithOIDC, client: ModelClient, token: { clientId?: string }): boolean {
  if (token.clientId === client.clientId) return true
  throw new errors.InvalidRequest('the token was issued to another client')
}
