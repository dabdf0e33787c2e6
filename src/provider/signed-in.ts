import { randomUUID } from 'node:crypto'
import type Provider from 'oidc-provider'
import type { Flow } from '../domain/exchange.ts'
import type { Bucket } from '../store/store.ts'
import { currentExchange } from './current-exchange.ts'

type Session = InstanceType<Provider['Session']>

/** What a session knows of a client that somebody is signed in to. */
interface Authorization {
  sid?: string
  grantId?: string
  /** The issuer by the name that the client saw when it was signed in to; ours. */
  issuer?: string
  /** The flow by which the client was signed in to last; ours. */
  flow?: Pick<Flow, 'id' | 'tag'>
}

/** A client that somebody is signed in to, in one session. */
export interface SignedIn {
  session: Session
  sub: string
  clientId: string
  /** What the client's ID tokens call the session. */
  sid: string
  issuer: string | undefined
  flow: Authorization['flow']
}

/**
 * Remembers in each session by which name the issuer was asked, so that what is said later comes from the same one, and in
 * which flow, so that what is said later belongs to it.
 */
export function rememberSignIns(provider: Provider): void {
  interface Model {
    authorizationFor(clientId: string): Authorization
    ensureClientContainer(clientId: string): void
  }
  const model = provider.Session.prototype as unknown as Model
  const { ensureClientContainer } = model
  model.ensureClientContainer = function ensureNamed(clientId) {
    ensureClientContainer.call(this, clientId)
    const authorization = this.authorizationFor(clientId)
    authorization.issuer = provider.issuer
    const flow = currentExchange()?.ownFlow
    if (flow !== undefined) authorization.flow = { id: flow.id, ...(flow.tag !== undefined && { tag: flow.tag }) }
  }
}

/** What the browser has said of its logout, until the person confirms it by a request of no such words. */
interface LogoutState {
  tag?: string
}

/** Remembers how a logout is tagged, while the person is asked. */
export function rememberTag(session: Session | undefined): void {
  const tag = currentExchange()?.requested.tag
  if (tag !== undefined && session !== undefined) (session.state as LogoutState).tag = tag
}

/** The flow by which a client was signed in to, with the tag of the logout itself where it has one. */
export function flowOfLogout(session: Session | undefined, clientId: string): Authorization['flow'] {
  const authorizations = session?.authorizations as Record<string, Authorization> | undefined
  const flow = authorizations?.[clientId]?.flow
  const tag = (session?.state as LogoutState | undefined)?.tag
  return tag === undefined ? flow : { id: flow?.id ?? randomUUID(), tag }
}

/** Every client that somebody is signed in to, session by session. */
export async function findSignedIn(provider: Provider, bucket: Bucket): Promise<SignedIn[]> {
  const found: SignedIn[] = []
  for (const id of await bucket.ids('Session')) {
    const session = await provider.Session.find(id)
    const sub = session?.accountId
    if (session === undefined || sub === undefined) continue
    for (const [clientId, { sid, issuer, flow }] of Object.entries(
      (session.authorizations ?? {}) as Record<string, Authorization>,
    )) {
      if (sid !== undefined) found.push({ session, sub, clientId, sid, issuer, flow })
    }
  }
  return found
}
