import type { Middleware } from 'koa'
import Provider, { type KoaContextWithOIDC } from 'oidc-provider'
import type { Client } from '../domain/client.ts'
import { OpenMap } from '../domain/open.ts'
import { readClaims } from './access-token.ts'
import { isSafeRedirect } from './clients.ts'
import type { IssuerContext } from './context.ts'
import { clientModel } from './private.ts'

type Model = InstanceType<Provider['Client']>

/** Whether an issuer takes a client that nobody has declared. */
export function isUndeclared(clients: ReadonlyMap<string, Client>, clientId: string): boolean {
  return clients instanceof OpenMap && !clients.isDeclared(clientId)
}

/** Takes any secret and any redirect URI of clients that nobody has declared, where the issuer is open. */
export function takeAnyClient(provider: Provider, { clients }: Pick<IssuerContext, 'clients'>): void {
  if (!(clients instanceof OpenMap)) return
  const { prototype } = clientModel(provider)
  const { compareClientSecret, redirectUriAllowed, postLogoutRedirectUriAllowed } = prototype
  prototype.compareClientSecret = function compare(this: Model, given) {
    return isUndeclared(clients, this.clientId) || compareClientSecret.call(this, given)
  }
  prototype.redirectUriAllowed = function allowed(this: Model, uri) {
    return isUndeclared(clients, this.clientId) ? isSafeRedirect(uri) : redirectUriAllowed.call(this, uri)
  }
  prototype.postLogoutRedirectUriAllowed = function allowed(this: Model, uri) {
    return isUndeclared(clients, this.clientId) ? isSafeRedirect(uri) : postLogoutRedirectUriAllowed.call(this, uri)
  }
  const registered = Object.getOwnPropertyDescriptor(prototype, 'clientAuthMethod')?.get
  if (registered === undefined) throw new Error('Failed to open an issuer: this oidc-provider keeps methods elsewhere')
  Object.defineProperty(prototype, 'clientAuthMethod', {
    configurable: true,
    get(this: Model) {
      return isUndeclared(clients, this.clientId) ? methodInUse() : registered.call(this)
    },
  })
}

/** How the request that is being answered authenticates its client. */
function methodInUse(): string {
  const ctx = Provider.ctx as KoaContextWithOIDC | undefined
  const { client_secret: secret } = (ctx?.oidc?.params ?? {}) as { client_secret?: string }
  if (secret) return 'client_secret_post'
  return /^basic /i.test(ctx?.get('authorization') ?? '') ? 'client_secret_basic' : 'none'
}

/**
 * Takes the assertions of clients that nobody has declared, whose keys nobody can know, for secrets: any will do.
 */
export function takeAnyAssertion({ clients }: Pick<IssuerContext, 'clients'>): Middleware {
  return function takeAnyAssertion(ctx, next) {
    const request = ctx.req as { body?: string }
    if (clients instanceof OpenMap && ctx.method === 'POST' && request.body?.includes('client_assertion')) {
      const form = new URLSearchParams(request.body)
      const sub = readClaims(form.get('client_assertion') ?? '')?.sub
      if (sub !== undefined && isUndeclared(clients, sub)) {
        form.delete('client_assertion')
        form.delete('client_assertion_type')
        form.set('client_id', form.get('client_id') ?? sub)
        form.set('client_secret', 'any')
        request.body = form.toString()
      }
    }
    return next()
  }
}
