import type { Middleware } from 'koa'
import Provider, { type KoaContextWithOIDC } from 'oidc-provider'
import { isUndeclared, OpenMap } from '../domain/open.ts'
import { readClaims } from './access-token.ts'
import { isSafeRedirect } from './clients.ts'
import type { IssuerContext } from './context.ts'
import { clientModel } from './private.ts'

type Model = InstanceType<Provider['Client']>

/** As a parser writes them: short, octal and hexadecimal forms of addresses are dotted by then. */
const loopbackHost = /^(?:(?:[^.]+\.)*localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/**
 * Whether a browser may be sent to an address that nobody has registered: one of a loopback host, or of a scheme that an
 * app of its machine has made its own, which is a domain name backwards. Whoever can reach an open issuer could have its
 * links lead anywhere else, be it into the browser (`view-source:`) or another app (`intent:`).
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-7.1 RFC 8252 section 7.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.11 RFC 9700 section 4.11}
 */
export function isOpenRedirect(uri: string): boolean {
  if (!isSafeRedirect(uri)) return false
  const { protocol, hostname } = new URL(uri)
  if (protocol === 'http:' || protocol === 'https:') return loopbackHost.test(hostname)
  return protocol.includes('.')
}

/**
 * Takes any secret of clients that nobody has declared, and any redirect URI that stays on the machine, where the issuer
 * is open.
 */
export function takeAnyClient(provider: Provider, { clients }: Pick<IssuerContext, 'clients'>): void {
  if (!(clients instanceof OpenMap)) return
  const { prototype } = clientModel(provider)
  const { compareClientSecret, redirectUriAllowed, postLogoutRedirectUriAllowed } = prototype
  prototype.compareClientSecret = function compare(this: Model, given) {
    return isUndeclared(clients, this.clientId) || compareClientSecret.call(this, given)
  }
  prototype.redirectUriAllowed = function allowed(this: Model, uri) {
    return isUndeclared(clients, this.clientId) ? isOpenRedirect(uri) : redirectUriAllowed.call(this, uri)
  }
  prototype.postLogoutRedirectUriAllowed = function allowed(this: Model, uri) {
    return isUndeclared(clients, this.clientId) ? isOpenRedirect(uri) : postLogoutRedirectUriAllowed.call(this, uri)
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
