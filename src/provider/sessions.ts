import Provider, { type Configuration, type KoaContextWithOIDC } from 'oidc-provider'

type Session = InstanceType<Provider['Session']>

/**
 * Keeps a session that begins with an error page: the device pages put the secret of their form into one, which the
 * provider refuses to save unless it had been saved before.
 */
export function keepNewSessions(provider: Provider, configuration: Configuration): void {
  const { persist } = provider.Session.prototype
  provider.Session.prototype.persist = async function persistOrBegin(this: Session) {
    if (typeof this.exp === 'number') return persist.call(this)
    const ctx = Provider.ctx as KoaContextWithOIDC
    ctx.oidc.cookies.set(provider.cookieName('session'), this.jti, configuration.cookies?.long)
    return this.save(sessionLifetime(configuration, this))
  }
}

/** How long a session lives on from now, in seconds. */
export function sessionLifetime({ ttl }: Configuration, session: Session): number {
  const lifetime = ttl?.Session as (ctx: KoaContextWithOIDC | undefined, session: Session) => number
  return lifetime(Provider.ctx as KoaContextWithOIDC | undefined, session)
}
