import type { IncomingMessage } from 'node:http'
import type { Middleware, ParameterizedContext } from 'koa'
import { foldedPath } from '../../domain/folded-path.ts'
import type { Persona } from '../../personas/persona.ts'

/** Where parameters may stand in the query of a POST. */
const takingQueries = ['token', 'device_authorization'] as const

/**
 * Whether a request may be one of a device, at the page where people type its code: they come with a cookie of ours.
 */
export function mayBeDevice({ device_at_verification: isTaken, endpoints }: Persona) {
  return function maybeDevice(ctx: ParameterizedContext): boolean {
    if (!isTaken || ctx.method !== 'POST' || ctx.path !== endpoints.device_verification) return false
    return !ctx.get('cookie').includes('us_session_')
  }
}

/** Takes a device's request at the page for user codes to where the provider answers it. */
export function redirectDevices(persona: Persona): Middleware[] {
  const { endpoints } = persona
  const isAsked = mayBeDevice(persona)
  if (!persona.device_at_verification) return []

  return [
    function redirectDevice(ctx, next) {
      if (isAsked(ctx)) {
        const params = new URLSearchParams(`${ctx.querystring}&${(ctx.req as { body?: string }).body ?? ''}`)
        if (params.has('client_id') && !params.has('user_code')) ctx.path = endpoints.device_authorization
      }
      return next()
    },
  ]
}

/** Takes what stands in the query of a POST for tokens into its body, which wins where both say something. */
export function takeQueries(persona: Persona): Middleware[] {
  if (!persona.parameters_in_query) return []
  const paths = new Set(takingQueries.map((name) => foldedPath(persona.endpoints[name])))

  return [
    function takeQuery(ctx, next) {
      if (ctx.method === 'POST' && ctx.querystring !== '' && paths.has(foldedPath(ctx.path)))
        moveQuery(ctx.req, ctx.querystring)
      return next()
    },
  ]
}

const formType = 'application/x-www-form-urlencoded'

function moveQuery(req: IncomingMessage & { body?: string }, query: string): void {
  const { headers, body = '' } = req
  if (body !== '' && !headers['content-type']?.startsWith(formType)) return
  const told = new URLSearchParams(body)
  const asked = [...new URLSearchParams(query)].filter(([name]) => !told.has(name))
  sendForm(req, [body, new URLSearchParams(asked).toString()].filter(Boolean).join('&'))
}

/** Has a request come to the provider with another form. */
function sendForm(req: IncomingMessage & { body?: string }, form: string): void {
  req.body = form
  sendHeaders(req, { 'content-type': formType, 'content-length': String(Buffer.byteLength(form)) })
}

/** Has a request come to the provider with other headers; the journal keeps those that it came with. */
function sendHeaders(req: IncomingMessage, others: IncomingMessage['headers']): void {
  req.headers = { ...req.headers, ...others }
}

/** Leaves what a persona has not got to nobody: the answer is that there is nothing. */
export function hideEndpoints({ discovery = true, without = [], endpoints }: Persona): Middleware[] {
  const hidden = without.map((name) => endpoints[name])
  if (!discovery) hidden.push('/.well-known/openid-configuration', '/.well-known/oauth-authorization-server')
  if (hidden.length === 0) return []
  const paths = new Set(hidden.map(foldedPath))
  return [
    async function hideEndpoint(ctx, next) {
      if (!paths.has(foldedPath(ctx.path))) await next()
    },
  ]
}

/** Where clients authenticate. */
const authenticating = [
  'token',
  'introspection',
  'revocation',
  'device_authorization',
  'pushed_authorization_request',
  'backchannel_authentication',
] as const

/** Has a secret that is sent where the persona does not look for it be one that nobody has sent. */
export function limitAuthentication({ token_endpoint_auth_methods: methods, endpoints }: Persona): Middleware[] {
  if (methods === undefined) return []
  const paths = new Set(authenticating.map((name) => foldedPath(endpoints[name])))
  const takesPost = methods.includes('client_secret_post')
  const takesBasic = methods.includes('client_secret_basic')

  return [
    function overlookSecret(ctx, next) {
      if (!paths.has(foldedPath(ctx.path))) return next()
      const req = ctx.req as IncomingMessage & { body?: string }
      if (!takesBasic && /^basic /i.test(ctx.get('authorization'))) sendHeaders(req, { authorization: undefined })
      if (!takesPost && req.body?.includes('client_secret')) {
        const form = new URLSearchParams(req.body)
        form.delete('client_secret')
        req.body = form.toString()
      }
      return next()
    },
  ]
}

/** Has an access token that stands alone in its header be one with the word Bearer before it. */
export function completeBearer({ bare_bearer: isBare }: Persona): ((req: IncomingMessage) => void) | undefined {
  if (!isBare) return undefined
  return function complete(req) {
    const { authorization } = req.headers
    if (authorization !== undefined && authorization !== '' && !authorization.includes(' ')) {
      sendHeaders(req, { authorization: `Bearer ${authorization}` })
    }
  }
}
