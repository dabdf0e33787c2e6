import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { bodyKind } from '../domain/request-body.ts'
import { currentExchange } from './current-exchange.ts'
import { readFormsAfter } from './private-stacks.ts'

const formType = 'application/x-www-form-urlencoded'

/**
 * Says what is wrong with a body that is no form, where the provider would miss the parameters that it holds.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3 RFC 6749 section 4.1.3}
 */
readFormsAfter(async function requireForm(ctx, next) {
  const { body = '' } = ctx.req as { body?: string }
  // What a browser posts goes on as a query.
  const method = currentExchange()?.method ?? ctx.method
  const wrong = method === 'POST' && body !== '' ? mistakeIn(ctx, body) : undefined
  if (wrong === undefined) return next()
  const expected = `only ${formType} content-type bodies are supported on ${method} ${ctx.path}`
  throw new errors.InvalidRequest(`${expected}, and ${wrong}`)
})

/** What the provider would not say of itself. */
function mistakeIn(ctx: KoaContextWithOIDC, body: string): string | undefined {
  const encoding = ctx.get('content-encoding')
  if (encoding !== '' && encoding !== 'identity') return `this one is encoded (content-encoding: ${encoding})`
  const type = ctx.get('content-type')
  if (bodyKind(type, body) === 'form') return undefined
  if (type === '') return 'this one has no content-type'
  if (ctx.is(formType)) return 'this one only says that it is one'
  return ctx.method === 'POST' ? undefined : `this one is ${type}`
}
