import type { ParameterizedContext } from 'koa'
import type Provider from 'oidc-provider'
import type { AdapterPayload, KoaContextWithOIDC } from 'oidc-provider'
import type { Outcome, Presented, Refused, Registrations } from '../domain/outcome.ts'
import type { IssuerContext } from './context.ts'
import { currentExchange } from './current-exchange.ts'
import { ownFaultWords } from './error-descriptions.ts'
import type { ProviderExchange } from './exchange.ts'

/** Events that tell of an error that was answered, in whatever form. */
const errorEvents = [
  'authorization.error',
  'grant.error',
  'userinfo.error',
  'resource.error',
  'introspection.error',
  'revocation.error',
  'device_authorization.error',
  'pushed_authorization_request.error',
  'backchannel_authentication.error',
  'end_session.error',
  'registration_create.error',
  'registration_read.error',
  'registration_update.error',
  'registration_delete.error',
  'jwks.error',
  'discovery.error',
  'server_error',
] as const

type ProviderError = Error & { expose?: boolean; error?: string; error_description?: string; error_detail?: string }

/** Remembers of each request that is refused what the provider knows of it. */
export function rememberRefusals(provider: Provider): void {
  function remember(_ctx: KoaContextWithOIDC, error: ProviderError): void {
    const exchange = currentExchange()
    if (exchange !== undefined) exchange.refused = refusalOf(error, exchange)
  }
  for (const event of errorEvents) provider.on(event as 'grant.error', remember)
}

function refusalOf(error: ProviderError, { presented }: ProviderExchange): Refused {
  const known = error.expose === true
  return {
    error: known ? (error.error ?? error.message) : 'server_error',
    description: known ? error.error_description : ownFaultWords(error),
    detail: error.error_detail,
    presented: presented && recordOf(presented),
  }
}

function recordOf({ model, payload }: { model: string; payload: AdapterPayload }): Presented {
  return {
    model,
    clientId: payload.clientId,
    expiresAtSeconds: payload.exp,
    consumedAtSeconds: typeof payload.consumed === 'number' ? payload.consumed : undefined,
    scope: payload.scope,
    redirectUri: payload.redirectUri,
    codeChallenge: payload.codeChallenge,
  }
}

/**
 * What a request turns out to have been, now that it is answered; reads what is at hand, looks nothing up, and has the
 * exchange let go of the rest.
 */
export function outcomeOf(
  ctx: ParameterizedContext,
  exchange: ProviderExchange,
  { users }: Pick<IssuerContext, 'users'>,
): Outcome {
  // Where a fault or a layer above answered, the provider has never seen the request.
  const { oidc } = ctx as Partial<KoaContextWithOIDC>
  const payload = exchange.presented?.payload
  // Who answers in the provider's stead has asked whose request it is.
  const known = exchange.fired.length > 0 ? exchange.identified : undefined
  const sub = payload?.accountId ?? oidc?.account?.accountId ?? oidc?.session?.accountId
  const scope = payload?.scope ?? oidc?.params?.scope
  return {
    client: oidc?.client?.clientId ?? exchange.client ?? payload?.clientId ?? known?.client,
    user: sub === undefined ? known?.user : users.bySub(sub)?.username,
    scope: typeof scope === 'string' ? scope : known?.scope?.join(' ') || undefined,
    grant: payload?.grantId ?? oidc?.entities?.Grant?.jti ?? known?.grant,
    refused: exchange.refused,
    headerLength: exchange.release(),
  }
}

/** What an issuer knows of its clients and scopes, for whoever explains an answer later. */
export function registrationsOf(
  { clients, settings, persona }: IssuerContext,
  scopes: readonly string[],
): Registrations {
  return {
    clients,
    scopes: () => [...scopes],
    paths: persona.endpoints as unknown as Record<string, string>,
    pollIntervalSeconds: (grantType) => (grantType === 'ciba' ? settings.ciba : settings.device).interval,
  }
}
