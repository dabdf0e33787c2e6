/**
 * What an endpoint of oidc-provider is made of: lists of middleware, of which we take the place of some. As private as
 * `private.ts`, and as loud where an upgrade moves it.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
// @ts-expect-error The package's types describe its public interface alone.
import authorizationStack from 'oidc-provider/lib/actions/authorization/index.js'
// @ts-expect-error As above.
import { init as endSessionStack } from 'oidc-provider/lib/actions/end_session.js'
// @ts-expect-error As above.
import introspectionStack from 'oidc-provider/lib/actions/introspection.js'
// @ts-expect-error As above.
import * as registrationStacks from 'oidc-provider/lib/actions/registration.js'
// @ts-expect-error As above.
import revocationStack from 'oidc-provider/lib/actions/revocation.js'
// @ts-expect-error As above.
import tokenStack from 'oidc-provider/lib/actions/token.js'
// @ts-expect-error As above.
import rejectStructuredTokens from 'oidc-provider/lib/shared/reject_structured_tokens.js'
// @ts-expect-error As above.
import { urlencoded as readUrlencoded } from 'oidc-provider/lib/shared/selective_body.js'

/** Middleware in the stack of an endpoint. */
type EndpointMiddleware = (ctx: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void>

/**
 * Puts other middleware in the place of that which refuses JWTs at introspection and revocation, for every provider
 * that is made from now on.
 */
export function takeStructuredTokens(middleware: EndpointMiddleware): void {
  for (const stack of [introspectionStack, revocationStack] as EndpointMiddleware[][]) {
    const index = stack.indexOf(rejectStructuredTokens)
    if (index === -1) throw new Error('Failed to take structured tokens: this oidc-provider checks them elsewhere')
    stack[index] = middleware
  }
}

/** What answers at the registration endpoint (`post`), and at the client configuration endpoint. */
export type RegistrationHandlers = Record<'post' | 'get' | 'put' | 'del', (ctx: KoaContextWithOIDC) => Promise<void>>

/** Puts other handlers in the place of those that register clients, for every provider that is made from now on. */
export function takeRegistrations(handlers: RegistrationHandlers): void {
  for (const [name, handle] of Object.entries(handlers)) {
    const stack = (registrationStacks as Record<string, unknown[] | undefined>)[name]
    if (!Array.isArray(stack))
      throw new Error(`Failed to take registrations: this oidc-provider has no ${name} of them`)
    stack.splice(0, stack.length, handle)
  }
}

/** Requests that were pushed are told by such a `request_uri`. */
const pushedPrefix = 'urn:ietf:params:oauth:request_uri:'

/**
 * Takes request objects by reference, where the provider knows of pushed requests alone; for every provider.
 *
 * @param load what is at a `request_uri`; refuses those that it does not take
 * @param checkPushed refuses a request that was pushed, and is not for whoever refers to it
 */
export function takeReferences(
  load: (ctx: KoaContextWithOIDC, uri: string) => Promise<string>,
  checkPushed: (ctx: KoaContextWithOIDC, request: string) => void,
): void {
  const stack = (authorizationStack as (endpoint: string) => EndpointMiddleware[])('authorization')
  const index = stack.findIndex(({ name }) => name === 'loadPushedAuthorizationRequest')
  const loadPushed = stack[index]
  if (loadPushed === undefined)
    throw new Error('Failed to take references: this oidc-provider loads requests elsewhere')
  stack[index] = async function loadReferred(ctx, next) {
    const params = ctx.oidc.params as Record<string, unknown>
    const { request, request_uri: uri } = params
    if (typeof uri !== 'string' || request !== undefined || uri.startsWith(pushedPrefix)) {
      return loadPushed(ctx, async () => {
        if (request === undefined && typeof params.request === 'string') checkPushed(ctx, params.request)
        await next()
      })
    }
    params.request = await load(ctx, uri)
    params.request_uri = undefined
    return next()
  }
}

/** The endpoints that take request objects. */
const requestObjectEndpoints = [
  'authorization',
  'device_authorization',
  'pushed_authorization_request',
  'backchannel_authentication',
]

/** Wraps what takes request objects apart, for every provider. */
export function processRequestObjectsBy(wrap: (handle: EndpointMiddleware) => EndpointMiddleware): void {
  for (const endpoint of requestObjectEndpoints) {
    const stack = (authorizationStack as (endpoint: string) => EndpointMiddleware[])(endpoint)
    const index = stack.findIndex(({ name }) => name === 'processRequestObject')
    const handle = stack[index]
    if (handle === undefined)
      throw new Error(`Failed to look into request objects: this oidc-provider takes those of ${endpoint} elsewhere`)
    stack[index] = wrap(handle)
  }
}

/** Puts other middleware before that which checks the scopes of an authorization request, pushed or not, for every provider. */
export function checkScopesAfter(complete: EndpointMiddleware): void {
  for (const endpoint of ['authorization', 'pushed_authorization_request']) {
    const stack = (authorizationStack as (endpoint: string) => EndpointMiddleware[])(endpoint)
    const index = stack.findIndex(({ name }) => name === 'checkScope')
    if (index === -1)
      throw new Error(`Failed to complete scopes: this oidc-provider checks those of ${endpoint} elsewhere`)
    stack.splice(index, 0, complete)
  }
}

/** Puts other middleware before that which reads the forms of clients, of logins and logouts, for every provider. */
export function readFormsAfter(check: EndpointMiddleware): void {
  const begun = requestObjectEndpoints.map(authorizationStack as (endpoint: string) => EndpointMiddleware[])
  const others = [tokenStack, introspectionStack, revocationStack, endSessionStack]
  for (const stack of [...others, ...begun] as EndpointMiddleware[][]) {
    const index = stack.indexOf(readUrlencoded as EndpointMiddleware)
    if (index === -1) throw new Error('Failed to look at forms: this oidc-provider reads them elsewhere')
    stack.splice(index, 0, check)
  }
}

/** Surrounds what answers requests that begin or go on with an authorization, for every provider. */
export function surroundAuthorizations(middleware: EndpointMiddleware): void {
  for (const endpoint of [...requestObjectEndpoints, 'resume'])
    (authorizationStack as (endpoint: string) => EndpointMiddleware[])(endpoint).unshift(middleware)
}
