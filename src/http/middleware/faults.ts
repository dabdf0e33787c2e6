import type { Context, Middleware, Next } from 'koa'
import type { Exchange } from '../../domain/exchange.ts'
import { foldedPath } from '../../domain/folded-path.ts'
import { UnderstudyError } from '../../errors.ts'
import type { Answer, FaultAnswer } from '../../faults/fault.ts'
import { personaOf, type RunningIssuer } from '../../issuer/issuer.ts'
import { hideToken } from '../../provider/access-token.ts'
import { allowAnyOrigin } from '../../provider/metadata.ts'
import { exchangeOf, issuerOf } from '../state.ts'
import { takeOver } from '../wire.ts'

/** What is asked for where introspection is to be signed. */
const signed = 'application/token-introspection+jwt'

/** Methods that each kind of endpoint takes, told where another was used. */
const methods: Record<string, string> = {
  authorization: 'GET, POST',
  userinfo: 'GET, POST',
  end_session: 'GET, POST',
  jwks: 'GET',
  discovery: 'GET',
}

/**
 * Lets the armed faults see each request before the provider does; one that answers, answers. An authorization's
 * fault waits until the provider has checked where to redirect to.
 */
export function meetFaults(): Middleware {
  return function meetFaults(ctx, next) {
    const issuer = issuerOf(ctx)
    const exchange = exchangeOf(ctx)
    if (exchange === undefined) {
      if (ctx.query.understudy_fault !== undefined || isHeaderInVain(ctx, issuer)) throw nowhere(ctx.path)
      return next()
    }
    const allowed = exchange.methods?.join(', ') ?? methods[exchange.endpoint] ?? 'POST'
    ctx.state.allowedMethods = allowed
    // The provider would take some of these for another of its routes.
    if (!allowed.includes(ctx.method === 'HEAD' ? 'GET' : ctx.method)) return Promise.resolve()
    if (exchange.continued || !issuer.faults.mayTake(exchange)) return next()
    issuer.faults.attend(exchange, (told) => (ctx.res.closed ? told() : ctx.res.once('close', told)))
    return meet(ctx, next, exchange, issuer)
  }

  async function meet(ctx: Context, next: Next, exchange: Exchange, issuer: RunningIssuer): Promise<void> {
    const isAuthorization = exchange.endpoint === 'authorization'
    const answer = isAuthorization ? undefined : await issuer.faults.answerTo(exchange)
    const { connection } = issuer.faults.due(exchange)
    const isServed = isAuthorization || connection?.at !== 'request'
    if (answer?.plain !== true && answer?.ofUnknownToken && ctx.accepts('json', signed) === signed) {
      hideToken(ctx)
      await next()
    } else if (answer !== undefined) send(ctx, issuer.provider.shapeError?.(exchange.endpoint, answer) ?? answer)
    else if (isServed) await next()
    await finish(ctx, exchange, issuer)
  }
}

/**
 * Whether the header of a request arms nothing. A browser that sends it everywhere sends it to the pages of its own flow as
 * well, which has begun with it; but where people come to decide on what has begun elsewhere, no flow of theirs begins.
 */
function isHeaderInVain(ctx: Context, { settings }: RunningIssuer): boolean {
  if (ctx.get('understudy-fault') === '') return false
  const { device_verification: device, backchannel_authentication: backchannel } = personaOf(settings).endpoints
  const pages = [device, `${device}/screen`, `${backchannel}/requests`]
  return pages.map(foldedPath).includes(foldedPath(ctx.path))
}

/** A page belongs to a flow that has begun before. */
function nowhere(path: string): UnderstudyError {
  const way =
    'Put understudy_fault on the request by which the flow begins: authorization, device authorization or pushed.'
  const text = `Failed to arm the faults of a request: ${path} is no endpoint of the protocol. ${way}`
  return new UnderstudyError('ERR_FAULT_INVALID', 400, text)
}

/** What faults make of an answer, and last of its connection. */
async function finish(ctx: Context, exchange: Exchange, issuer: RunningIssuer): Promise<void> {
  const { answer, states, rewrites, connection } = issuer.faults.due(exchange)
  if (answer !== undefined) replace(ctx, answer)
  if (states.length > 0) await issuer.faults.actOnState(exchange, answerOf(ctx))
  if (rewrites.length > 0)
    put(
      ctx,
      rewrites.reduce((changed, { rewrite }) => rewrite(changed), answerOf(ctx)),
    )
  await issuer.faults.beforeAnswer(exchange)
  if (connection === undefined) return
  // The journal hears of it while it is sent, and wants to know whose it is.
  await exchange.identify()
  const sleep = (ms: number) => issuer.faults.sleep(exchange, ms)
  await connection.send(takeOver(ctx, answerOf(ctx), sleep))
}

function send(ctx: Context, { status, headers, body }: FaultAnswer): void {
  allowAnyOrigin(ctx)
  ctx.set('access-control-expose-headers', Object.keys(headers).join(', '))
  ctx.status = status
  ctx.set(headers)
  ctx.body = body
}

/** Nothing of what was to be answered is left, but that any page may read it. */
function replace(ctx: Context, answer: FaultAnswer): void {
  for (const name of Object.keys(ctx.response.headers)) ctx.remove(name)
  send(ctx, answer)
}

/** The answer as it is about to leave. */
function answerOf(ctx: Context): Answer {
  const { body } = ctx
  const text =
    typeof body === 'string' || Buffer.isBuffer(body) ? body.toString() : body == null ? '' : JSON.stringify(body)
  const headers = Object.entries(ctx.response.headers).flatMap(([name, value]) =>
    value === undefined || name === 'content-length'
      ? []
      : [[name, Array.isArray(value) ? value : String(value)] as const],
  )
  return { status: ctx.status, headers: Object.fromEntries(headers), body: text }
}

function put(ctx: Context, { status, headers, body }: Answer): void {
  for (const name of Object.keys(ctx.response.headers)) if (!(name in headers)) ctx.remove(name)
  ctx.status = status
  ctx.body = body
  for (const [name, value] of Object.entries(headers)) ctx.set(name, value as string)
}
