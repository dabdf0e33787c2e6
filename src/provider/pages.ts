import type { IncomingMessage } from 'node:http'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { allScopes } from '../domain/claims.ts'
import type { Client as DeclaredClient } from '../domain/client.ts'
import { isUndeclared } from '../domain/open.ts'
import type { PageClient, PageIssuer, PageScope, Render } from '../domain/pages.ts'
import type { Scope } from '../domain/scope.ts'
import type { User } from '../domain/user.ts'
import type { Users } from './accounts.ts'
import type { IssuerContext } from './context.ts'
import { ownFaultWords } from './error-descriptions.ts'
import { rememberTag } from './signed-in.ts'

/** What the pages of the provider's own floor are made from. */
export interface PageSources {
  render: Render
  issuer(ctx: KoaContextWithOIDC): PageIssuer
  users: Users
  clients: ReadonlyMap<string, DeclaredClient>
  scopes: Readonly<Record<string, Scope>>
}

type Client = KoaContextWithOIDC['oidc']['client']
type ErrorOut = { error: string; error_description?: string | undefined }

const declareIt =
  'Nobody has declared this client, and this issuer sends the browser of such a client to loopback hosts (`localhost`, `127.0.0.1`, `[::1]`) and to schemes of apps alone. Declare the client in `clients` of the fixtures, with the address as the app sends it.'

/** Whether the address that a browser is to be sent back to is at fault. */
function isRedirectRefused({ error, error_description: description = '' }: ErrorOut): boolean {
  return error === 'invalid_redirect_uri' || description.startsWith('post_logout_redirect_uri')
}

/** An issuer as all of its pages name it. */
export function pageIssuer(
  { name, naming, persona }: Pick<IssuerContext, 'name' | 'naming' | 'persona'>,
  req: IncomingMessage,
): PageIssuer {
  return { name, url: naming.issuerFor(req), look: persona.look }
}

/** A client as people know it. */
export function pageClient(client: { clientId: string; clientName?: string | undefined }): PageClient {
  return { id: client.clientId, name: client.clientName ?? client.clientId }
}

/** A user as people know them. */
export function pageUser(user: User): { username: string; name?: string; email?: string } {
  const { name, email } = user.claims
  return {
    username: user.username,
    ...(typeof name === 'string' && { name }),
    ...(typeof email === 'string' && { email }),
  }
}

/** Scopes with what each means to a person. */
export function pageScopes(names: Iterable<string>, own: Readonly<Record<string, Scope>>): PageScope[] {
  const known = allScopes(own)
  return [...names].map((name) => ({ name, description: known[name]?.description }))
}

/** The pages that the provider itself asks for, each drawn by the render port. */
export function createPageSources({ render, issuer, users, clients, scopes }: PageSources) {
  const show = async (ctx: KoaContextWithOIDC, html: Promise<string>) => {
    ctx.type = 'html'
    ctx.body = await html
  }
  const xsrf = (ctx: KoaContextWithOIDC) => (ctx.oidc.session?.state as { secret?: string } | undefined)?.secret ?? ''

  async function renderError(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error & { error_detail?: string }) {
    const description = ownFaultWords(error) ?? out.error_description
    const page = { issuer: issuer(ctx), status: ctx.status, error: out.error, description }
    const hint =
      isRedirectRefused(out) && isUndeclared(clients, ctx.oidc.client?.clientId ?? '') ? declareIt : undefined
    await show(ctx, render('error', { ...page, detail: ctx.status < 500 ? error.error_detail : undefined, hint }))
  }

  async function logoutSource(ctx: KoaContextWithOIDC) {
    rememberTag(ctx.oidc.session)
    const user = users.bySub(ctx.oidc.session?.accountId ?? '')
    const client = ctx.oidc.client && pageClient(ctx.oidc.client)
    const action = ctx.oidc.urlFor('end_session_confirm')
    const page = { issuer: issuer(ctx), client, user: user && pageUser(user), action, xsrf: xsrf(ctx) }
    await show(ctx, render('logout', page))
  }

  async function postLogoutSuccessSource(ctx: KoaContextWithOIDC) {
    await show(
      ctx,
      render('logout-done', { issuer: issuer(ctx), client: ctx.oidc.client && pageClient(ctx.oidc.client) }),
    )
  }

  async function userCodeInputSource(ctx: KoaContextWithOIDC, _form: string, out?: ErrorOut, error?: Error) {
    if (error?.message === 'the interaction was aborted') return showRefused(ctx)
    const action = ctx.oidc.urlFor('code_verification')
    const typed = (error as { userCode?: string } | undefined)?.userCode ?? ctx.oidc.params?.user_code
    const told = out && sentence(out.error_description ?? out.error)
    const page = { issuer: issuer(ctx), action, xsrf: xsrf(ctx), error: told }
    await show(ctx, render('device-input', { ...page, userCode: typeof typed === 'string' ? typed : undefined }))
  }

  async function showRefused(ctx: KoaContextWithOIDC): Promise<void> {
    const { deviceCode, entities } = ctx.oidc
    const clientId = deviceCode?.clientId ?? String(entities.Interaction?.params.client_id ?? '')
    const client = pageClient((await ctx.oidc.provider.Client.find(clientId)) ?? { clientId })
    await show(ctx, render('device-done', { issuer: issuer(ctx), client, refused: true }))
  }

  async function userCodeConfirmSource(
    ctx: KoaContextWithOIDC,
    _form: string,
    client: NonNullable<Client>,
    device: { ip?: string; ua?: string },
    userCode: string,
  ) {
    const action = ctx.oidc.urlFor('code_verification')
    const asked = String(ctx.oidc.entities.DeviceCode?.params?.scope ?? '')
    const page = { issuer: issuer(ctx), client: pageClient(client), action, xsrf: xsrf(ctx), userCode, device }
    await show(ctx, render('device-confirm', { ...page, scopes: pageScopes(asked.split(' ').filter(Boolean), scopes) }))
  }

  async function successSource(ctx: KoaContextWithOIDC) {
    const client = pageClient(ctx.oidc.client ?? { clientId: ctx.oidc.deviceCode?.clientId ?? '' })
    await show(ctx, render('device-done', { issuer: issuer(ctx), client }))
  }

  return {
    renderError,
    logoutSource,
    postLogoutSuccessSource,
    userCodeInputSource,
    userCodeConfirmSource,
    successSource,
  }
}

/** The provider's remark as a sentence. */
function sentence(remark: string): string {
  return `${remark.charAt(0).toUpperCase()}${remark.slice(1)}.`
}
