import { parse } from 'node:querystring'
import type { Context, Middleware, Next } from 'koa'
import type { Render } from '../../domain/pages.ts'
import { UnderstudyError } from '../../errors.ts'
import { personaOf } from '../../issuer/issuer.ts'
import { originOf } from '../../provider/hosts.ts'
import { authenticate } from '../../provider/interactions.ts'
import { pageScopes, pageUser } from '../../provider/pages.ts'
import { bodyText, issuerOf } from '../state.ts'
import { pickerSize } from './interactions.ts'

/** Where the requests of a person are, below the endpoint that takes them. */
const below = '/requests'

const decisions = { approve: true, deny: false } as const

/**
 * The page where a person sees what clients ask of them by the back channel, and decides: at
 * `<backchannel authentication endpoint>/requests`.
 *
 * @see {@link https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html CIBA Core}
 */
export function waitingRequests(render: Render): Middleware {
  return function waitingRequests(ctx, next) {
    return ctx.path.endsWith(below) ? answer(ctx, next) : next()
  }

  async function answer(ctx: Context, next: Next): Promise<void> {
    const { settings, provider } = issuerOf(ctx)
    if (ctx.path !== personaOf(settings).endpoints.backchannel_authentication + below) return next()
    ctx.state.allowedMethods = 'GET, POST'
    const person = await provider.ciba.personAt(
      ctx.cookies.get(provider.cookieName('session', ctx.req), { signed: true }),
    )
    if (ctx.method === 'POST') {
      const form = parse(bodyText(ctx))
      if (form.decision === undefined) return signIn(ctx, form)
      return decide(ctx, person, form)
    }
    if (ctx.method !== 'GET') return
    if (person === undefined || ctx.query.as === 'another') return showLogin(ctx)
    return showWaiting(ctx, person)
  }

  type Form = ReturnType<typeof parse>
  type Person = Awaited<ReturnType<ReturnType<typeof issuerOf>['provider']['ciba']['personAt']>>

  async function signIn(ctx: Context, form: Form): Promise<void> {
    const { provider } = issuerOf(ctx)
    const [pick, username, password] = ['pick', 'username', 'password'].map((name) => String(form[name] ?? ''))
    const name = pick || username || ''
    const user = authenticate(provider.users, name, pick ? undefined : password)
    if ('error' in user) {
      ctx.status = 400
      return showLogin(ctx, { username: name, error: user.error })
    }
    const origin = originOf(ctx.req, () => ctx.origin)
    const { cookies } = await provider.sessions.create({ user: user.username, origins: [origin] })
    const cookie = provider.cookieName('session', ctx.req)
    const { value } = cookies.find((each) => each.name === cookie) as (typeof cookies)[number]
    ctx.cookies.set(cookie, value, { signed: true, httpOnly: true, sameSite: 'lax', path: '/', overwrite: true })
    goTo(ctx, actionOf(ctx))
  }

  async function decide(ctx: Context, person: Person, { decision, auth_req_id: id, xsrf }: Form): Promise<void> {
    const { ciba } = issuerOf(ctx).provider
    if (person === undefined || xsrf !== person.xsrf) throw tooOld()
    if (decision !== 'approve' && decision !== 'deny') throw tooOld()
    const mine = (await ciba.pending()).find(({ auth_req_id: each, user }) => each === id && user === person.username)
    if (mine === undefined) throw tooOld()
    await ciba[decision](mine.auth_req_id)
    goTo(ctx, `${actionOf(ctx)}?${new URLSearchParams({ [decision]: mine.client_id })}`)
  }

  async function showWaiting(ctx: Context, { username, shown, xsrf }: NonNullable<Person>): Promise<void> {
    const issuer = issuerOf(ctx)
    const mine = (await issuer.provider.ciba.pending()).filter(({ user }) => user === username)
    const named = (id: string) => issuer.clientName(id) ?? { id, name: id }
    const decided = Object.entries(decisions).flatMap(([decision, approved]) => {
      const client = issuer.clientName(String(ctx.query[decision] ?? ''))
      return client === undefined ? [] : [{ client, approved }]
    })
    ctx.type = 'html'
    ctx.body = await render('waiting', {
      issuer: issuerOf(ctx).provider.pageIssuer(ctx.req),
      user: shown,
      requests: mine.map((request) => ({
        id: request.auth_req_id,
        client: named(request.client_id),
        bindingMessage: request.binding_message,
        scopes: pageScopes(request.scope.split(' '), issuer.settings.scopes),
        expiresInSeconds: request.expires_in,
      })),
      action: actionOf(ctx),
      xsrf,
      decided: decided[0],
    })
  }

  async function showLogin(ctx: Context, tried?: { username: string; error: string }): Promise<void> {
    const { users } = issuerOf(ctx).provider
    const shown = [...users.all()].slice(0, pickerSize)
    ctx.type = 'html'
    ctx.body = await render('login', {
      issuer: issuerOf(ctx).provider.pageIssuer(ctx.req),
      action: actionOf(ctx),
      users: shown.map((user) => ({ ...pageUser(user), state: user.state })),
      moreUsers: users.size - shown.length,
      ...tried,
    })
  }
}

function actionOf(ctx: Context): string {
  const { settings, provider } = issuerOf(ctx)
  return provider.naming.baseFor(ctx.req, 'resume') + personaOf(settings).endpoints.backchannel_authentication + below
}

function goTo(ctx: Context, url: string): void {
  ctx.status = 303
  ctx.redirect(url)
}

function tooOld(): UnderstudyError {
  return new UnderstudyError(
    'ERR_CIBA_PAGE',
    400,
    'Failed to decide on this request: it is over, or this page is another person’s. Open the page of requests again.',
  )
}
