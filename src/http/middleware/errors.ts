import type { Context, Middleware } from 'koa'
import type { Logger } from 'pino'
import { errorText } from '../../domain/error-text.ts'
import type { Render } from '../../domain/pages.ts'
import { UnderstudyError } from '../../errors.ts'
import { personaOf } from '../../issuer/issuer.ts'
import { endpointsOf } from '../../personas/persona.ts'
import { allowAnyOrigin } from '../../provider/metadata.ts'
import type { RequestState } from '../state.ts'

interface Shown {
  status: number
  error: string
  description: string
}

/**
 * Answers whatever the layers below could not: our own errors by their message, all others without a word of their
 * inside; as a page where a browser asks, else in the protocol's form.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 */
export function answerErrors(render: Render, logger: Logger): Middleware {
  async function show(ctx: Context, { status, error, description }: Shown): Promise<void> {
    ctx.status = status
    ctx.set('cache-control', 'no-store')
    if (ctx.accepts('json', 'html') === 'html') {
      ctx.type = 'html'
      const { issuer } = ctx.state as Partial<RequestState>
      ctx.body = await render('error', { issuer: issuer?.provider.pageIssuer(ctx.req), status, error, description })
    } else {
      // An app in a browser with a mistyped issuer should see this rather than a network error.
      allowAnyOrigin(ctx)
      const told = { status, headers: {}, body: { error, error_description: errorText(description) } }
      const { issuer, exchange } = ctx.state as Partial<RequestState>
      const shaped = exchange && issuer?.provider.shapeError?.(exchange.endpoint, told)
      ctx.status = shaped?.status ?? status
      ctx.body = shaped?.body ?? told.body
    }
  }

  return async function answerErrors(ctx, next) {
    try {
      await next()
    } catch (error) {
      await show(ctx, describe(error, logger))
      return
    }
    if (ctx.status === 404 && ctx.body === undefined && ctx.respond !== false) await show(ctx, describeMissing(ctx))
  }
}

function describe(error: unknown, logger: Logger): Shown {
  if (error instanceof UnderstudyError) {
    const code = error.status < 500 ? 'invalid_request' : 'server_error'
    if (error.status >= 500) logger.error({ err: error }, error.message)
    return { status: error.status, error: code, description: error.message }
  }
  logger.error({ err: error }, 'Failed to answer a request')
  return {
    status: 500,
    error: 'server_error',
    description: 'Failed to answer the request. The log of the server says why.',
  }
}

/** Where to learn what there is. */
function tellPaths(ctx: Context): string {
  const issuer = (ctx.state as Partial<RequestState>).issuer
  const persona = issuer && personaOf(issuer.settings)
  if (issuer === undefined || persona?.discovery !== false) return 'The discovery document names what there is.'
  const resources = Object.values(issuer.settings.resources).flatMap(({ path }) => path ?? [])
  const paths = [...endpointsOf(persona).map(([, path]) => path), ...resources]
  return `This issuer plays ${persona.look?.name ?? persona.name}, which has no discovery document; it has ${paths.join(', ')}.`
}

function describeMissing(ctx: Context): Shown {
  const allowed = (ctx.state as { allowedMethods?: string }).allowedMethods
  if (allowed === undefined) {
    const description = `There is nothing at ${ctx.originalUrl.split('?', 1)[0]}. ${tellPaths(ctx)}`
    return { status: 404, error: 'not_found', description }
  }
  ctx.set('allow', allowed)
  return {
    status: 405,
    error: 'invalid_request',
    description: `${ctx.method} is not allowed here; allowed is ${allowed}.`,
  }
}
