import { parse } from 'node:querystring'
import type { Context, Middleware } from 'koa'
import type { Render } from '../../domain/pages.ts'
import { UnderstudyError } from '../../errors.ts'
import { authenticate, type OpenInteraction } from '../../provider/interactions.ts'
import { pageUser } from '../../provider/pages.ts'
import { bodyText, issuerOf } from '../state.ts'
import { withTypedClaims } from './typed-claims.ts'

/** How many users the picker shows. */
export const pickerSize = 50

const pathPattern = /^\/interaction\/([\w-]{10,64})(?:\/(abort|switch))?$/

/** The login and consent pages: `/interaction/<id>`, and its `abort` and `switch`. */
export function interactionPages(render: Render): Middleware {
  return function interactionPages(ctx, next) {
    const [, uid, verb] = ctx.path.startsWith('/interaction/') ? (pathPattern.exec(ctx.path) ?? []) : []
    return uid === undefined ? next() : answer(ctx, uid, verb)
  }

  async function answer(ctx: Context, uid: string, verb: string | undefined): Promise<void> {
    const { provider } = issuerOf(ctx)
    const cookie = ctx.cookies.get(provider.cookieName('interaction', ctx.req), { signed: true })
    const step = await provider.interactions.open(uid, cookie)
    if (step === undefined) throw expired()
    ctx.state.allowedMethods = verb === undefined ? 'GET, POST' : 'POST'
    if (ctx.method === 'POST') return takeStep(ctx, uid, step, verb)
    if (ctx.method === 'GET' && verb === undefined) return showStep(ctx, uid, step)
  }

  async function takeStep(ctx: Context, uid: string, step: OpenInteraction, verb: string | undefined): Promise<void> {
    if (verb === 'abort') return goTo(ctx, await step.abort())
    if (verb === 'switch') return goTo(ctx, await step.switchUser())
    if (step.prompt === 'consent') return goTo(ctx, await step.consent())
    const form = parse(bodyText(ctx))
    const [pick, username, password] = ['pick', 'username', 'password'].map((name) => String(form[name] ?? ''))
    const isPick = pick !== undefined && pick !== ''
    const name = (isPick ? pick : username) ?? ''
    const issuer = issuerOf(ctx)
    const known = authenticate(issuer.provider.users, name, isPick ? undefined : password)
    const claims = issuer.settings.open ? String(form.claims ?? '') : ''
    const user = await withTypedClaims(known, claims, issuer)
    if (!('error' in user)) return goTo(ctx, await step.login(user))
    ctx.status = 400
    await showStep(ctx, uid, step, { username: name, claims, error: user.error })
  }

  async function showStep(
    ctx: Context,
    uid: string,
    step: OpenInteraction,
    tried?: { username: string; claims: string; error: string },
  ) {
    const { provider, settings } = issuerOf(ctx)
    const action = `${provider.naming.baseFor(ctx.req, 'resume')}/interaction/${uid}`
    const common = {
      issuer: provider.pageIssuer(ctx.req),
      client: step.client,
      action,
      abortAction: `${action}/abort`,
    }
    ctx.type = 'html'
    if (step.prompt === 'consent' && step.user !== undefined) {
      const { scopes, claims, details } = step
      const page = { ...common, scopes, claims, details, user: pageUser(step.user), switchAction: `${action}/switch` }
      ctx.body = await render('consent', page)
      return
    }
    const hinted = provider.users.byName(step.loginHint ?? '')
    const shown = [...new Set([...(hinted ? [hinted] : []), ...provider.users.all()])].slice(0, pickerSize)
    ctx.body = await render('login', {
      ...common,
      users: shown.map((user) => ({ ...pageUser(user), state: user.state })),
      moreUsers: provider.users.size - shown.length,
      username: tried?.username ?? step.loginHint,
      error: tried?.error,
      claims: settings.open ? (tried?.claims ?? '') : undefined,
    })
  }
}

function goTo(ctx: Context, url: string): void {
  ctx.status = 303
  ctx.redirect(url)
}

function expired(): UnderstudyError {
  return new UnderstudyError(
    'ERR_INTERACTION_UNKNOWN',
    400,
    'Failed to go on with this login: it is over, or it was begun in another browser. Go back to the application and start again.',
  )
}
