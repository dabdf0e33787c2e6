import Provider, { type Configuration, type KoaContextWithOIDC } from 'oidc-provider'

type Session = InstanceType<Provider['Session']>

/**
 * Keeps a session that begins with an error page: the device pages put the secret of their form into one, which the
 * provider refuses to save unless it had been saved before.
 */
export function keepNewSessions(provider: Provider, { cookies, ttl }: Configuration): void {
  const { persist } = provider.Session.prototype
  const lifetime = ttl?.Session as (ctx: KoaContextWithOIDC, session: Session) => number
  provider.Session.prototype.persist = async function persistOrBegin(this: Session) {
    if (typeof this.exp === 'number') return persist.call(this)
    const ctx = Provider.ctx as KoaContextWithOIDC
    ctx.oidc.cookies.set(provider.cookieName('session'), this.jti, cookies?.long)
    return this.save(lifetime(ctx, this))
  }
}
