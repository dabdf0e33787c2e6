import type { Middleware } from 'koa'
import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { errorText } from '../domain/error-text.ts'
import type { Render } from '../domain/pages.ts'
import { readClaims } from './access-token.ts'
import { advertiseAuthentication } from './authentication-metadata.ts'
import type { IssuerContext } from './context.ts'
import { ownFaultWords } from './error-descriptions.ts'
import { tellByFrames } from './frontchannel-logout.ts'
import { pageIssuer } from './pages.ts'
import { advertiseReferences } from './request-objects/feature.ts'
import { targetOf } from './resources/targets.ts'
import { applyRules } from './token-claims.ts'

type Body = Record<string, unknown>

/**
 * Reports what broke inside to the application around the provider, which answers it with `server_error` and not a word;
 * of a fault of somebody's own that failed, a client that is answered as JSON is told, since it is being tested by it.
 */
export function reportFailures(provider: Provider): void {
  provider.on('server_error', (ctx: KoaContextWithOIDC, error: Error & { expose?: boolean }) => {
    // A fault that plays this part has been asked for.
    if (!error.expose) ctx.app.emit('error', error, ctx)
    const told = ctx.body as Body | undefined
    const words = ownFaultWords(error)
    if (words !== undefined && told?.error === 'server_error') told.error_description = errorText(words)
  })
}

/** Completes what the provider answers, by route. */
export function completeAnswers(issuer: IssuerContext): Middleware {
  const byRoute: Record<string, ((ctx: KoaContextWithOIDC) => void | Promise<void>) | undefined> = {
    device_authorization: (ctx) => {
      if (ctx.status === 200) (ctx.body as Body).interval = issuer.settings.device.interval
    },
    backchannel_authentication: (ctx) => {
      if (ctx.status === 200) (ctx.body as Body).interval = issuer.settings.ciba.interval
    },
    userinfo: async (ctx) => {
      const { client, accessToken } = ctx.oidc as unknown as {
        client?: { clientId: string }
        accessToken?: { scope?: string }
      }
      if (ctx.status !== 200 || typeof ctx.body !== 'object' || client === undefined) return
      ctx.body = await applyRules(issuer, 'userinfo', ctx.body as Body, client.clientId, accessToken?.scope)
    },
    discovery: (ctx) => {
      advertiseReferences(ctx, issuer.settings.request_objects)
      advertiseAuthentication(ctx)
    },
    // Which the caches of HTTP/1.0 alone would miss.
    token: (ctx) => ctx.set('pragma', 'no-cache'),
    introspection: (ctx) => describeToken(ctx, issuer),
    end_session: (ctx) => endNothing(ctx),
    end_session_confirm: (ctx) => tellByFrames(ctx, issuer),
    code_verification: (ctx) => askForCode(ctx, issuer),
  }
  return async function completedAnswers(context, next) {
    const ctx = context as unknown as KoaContextWithOIDC
    await next()
    const route = ctx.oidc?.route
    if (route !== undefined) await byRoute[route]?.(ctx)
  }
}

/** An active token introspects to all that it says: a JWT to its own claims, an opaque one to the audience meant for it. */
function describeToken(ctx: KoaContextWithOIDC, issuer: IssuerContext): void {
  const jwt = ctx.state.dressedToken as string | undefined
  const body = ctx.body as Body | undefined
  if (ctx.status !== 200 || body?.active !== true) return
  if (jwt === undefined) {
    const target = targetOf(issuer, body.aud)
    if (target !== undefined) body.aud = target.access_token?.audience ?? body.aud
    else if (body.token_type !== undefined) body.aud ??= audienceOfOpaque(ctx, issuer, String(body.client_id))
    return
  }
  const claims = readClaims(jwt)
  const known = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
  ctx.body = {
    ...claims,
    ...(isNarrowedAway(ctx) && { scope: undefined }),
    ...known,
    aud: claims?.aud,
    iss: claims?.iss,
  }
}

/** Whether nothing is left of the scope with which a token was made. */
function isNarrowedAway({ oidc }: KoaContextWithOIDC): boolean {
  return (oidc.entities.AccessToken as { scope?: string } | undefined)?.scope === ''
}

function audienceOfOpaque(ctx: KoaContextWithOIDC, { clients, settings }: IssuerContext, client: string): unknown {
  const { AccessToken, ClientCredentials } = ctx.oidc.entities as Record<string, { extra?: Body } | undefined>
  const ruled = (AccessToken ?? ClientCredentials)?.extra?.aud
  return ruled ?? clients.get(client)?.access_token?.audience ?? settings.access_token.audience
}

/** Nobody is signed in, so there is nothing to confirm: on to where the client wants. */
function endNothing(ctx: KoaContextWithOIDC): void {
  const { session } = ctx.oidc
  if (ctx.status !== 200 || session === undefined || session.accountId !== undefined) return
  const { postLogoutRedirectUri, state } = (session.state ?? {}) as { postLogoutRedirectUri?: string; state?: string }
  const target = new URL(postLogoutRedirectUri ?? ctx.oidc.urlFor('end_session_success'))
  if (postLogoutRedirectUri !== undefined && state !== undefined) target.searchParams.set('state', state)
  ctx.body = undefined
  ctx.remove('content-security-policy')
  ctx.status = 303
  ctx.redirect(target.href)
}

/** A link with the code in it shows the code, typed in, with a button; the provider's own page needs a script. */
async function askForCode(ctx: KoaContextWithOIDC, issuer: IssuerContext): Promise<void> {
  const userCode = ctx.method === 'GET' ? ctx.oidc.params?.user_code : undefined
  if (ctx.status !== 200 || typeof userCode !== 'string' || userCode === '') return
  const { secret } = (ctx.oidc.session?.state ?? {}) as { secret?: string }
  const render: Render = issuer.render
  ctx.body = await render('device-input', {
    issuer: pageIssuer(issuer, ctx.req),
    action: ctx.oidc.urlFor('code_verification'),
    xsrf: secret ?? '',
    userCode,
  })
}
