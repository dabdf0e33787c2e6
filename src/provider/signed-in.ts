import type Provider from 'oidc-provider'
import type { Bucket } from '../store/store.ts'

type Session = InstanceType<Provider['Session']>

/** What a session knows of a client that somebody is signed in to. */
interface Authorization {
  sid?: string
  grantId?: string
  /** The issuer by the name that the client saw when it was signed in to; ours. */
  issuer?: string
}

/** A client that somebody is signed in to, in one session. */
export interface SignedIn {
  session: Session
  sub: string
  clientId: string
  /** What the client's ID tokens call the session. */
  sid: string
  issuer: string | undefined
}

/** Remembers in each session by which name the issuer was asked, so that what is said later comes from the same one. */
export function rememberNames(provider: Provider): void {
  interface Model {
    authorizationFor(clientId: string): Authorization
    ensureClientContainer(clientId: string): void
  }
  const model = provider.Session.prototype as unknown as Model
  const { ensureClientContainer } = model
  model.ensureClientContainer = function ensureNamed(clientId) {
    ensureClientContainer.call(this, clientId)
    this.authorizationFor(clientId).issuer = provider.issuer
  }
}

/** Every client that somebody is signed in to, session by session. */
export async function findSignedIn(provider: Provider, bucket: Bucket): Promise<SignedIn[]> {
  const found: SignedIn[] = []
  for (const id of await bucket.ids('Session')) {
    const session = await provider.Session.find(id)
    const sub = session?.accountId
    if (session === undefined || sub === undefined) continue
    for (const [clientId, { sid, issuer }] of Object.entries(
      (session.authorizations ?? {}) as Record<string, Authorization>,
    )) {
      if (sid !== undefined) found.push({ session, sub, clientId, sid, issuer })
    }
  }
  return found
}
