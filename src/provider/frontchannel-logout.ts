import type { KoaContextWithOIDC } from 'oidc-provider'
import type { IssuerContext } from './context.ts'
import { pageClient, pageIssuer } from './pages.ts'

/** What a session that has ended knew of the clients that it was signed in to. */
type Authorizations = Record<string, { sid?: string; issuer?: string }>

/** A client that is told of a logout by a frame. */
interface Frame {
  client: { id: string; name: string }
  url: string
}

/** What discovery says of it. */
export const frontchannelMetadata = {
  frontchannel_logout_supported: true,
  frontchannel_logout_session_supported: true,
}

/**
 * Tells the clients of a session that has just ended by frames on the page that says so, and then goes on to where the
 * browser was to be sent.
 *
 * @see {@link https://openid.net/specs/openid-connect-frontchannel-1_0.html#OPLogout Front-Channel Logout 3}
 */
export async function tellByFrames(ctx: KoaContextWithOIDC, issuer: IssuerContext): Promise<void> {
  const { session, client, params } = ctx.oidc
  if (ctx.status !== 303 || session === undefined || !params?.logout) return
  const frames = framesFor((session.authorizations ?? {}) as Authorizations, ctx, issuer)
  if (frames.length === 0) return
  const target = ctx.response.get('location')
  const isOurs = target.startsWith(ctx.oidc.urlFor('end_session_success'))
  ctx.remove('location')
  ctx.status = 200
  ctx.type = 'html'
  ctx.state.frameOrigins = [...new Set(frames.map(({ url }) => new URL(url).origin))]
  ctx.body = await issuer.render('logout-done', {
    issuer: pageIssuer(issuer, ctx.req),
    client: client && pageClient(client),
    frames,
    ...(!isOurs && { next: target }),
  })
}

function framesFor(authorizations: Authorizations, ctx: KoaContextWithOIDC, issuer: IssuerContext): Frame[] {
  return Object.entries(authorizations).flatMap(([clientId, { sid, issuer: seen }]): Frame[] => {
    const client = issuer.clients.get(clientId)
    if (client?.frontchannel_logout_uri === undefined || sid === undefined) return []
    const url = new URL(client.frontchannel_logout_uri)
    if (client.frontchannel_logout_session_required !== false) {
      url.searchParams.set('iss', issuer.nameFor(clientId) ?? seen ?? issuer.naming.issuerFor(ctx.req))
      url.searchParams.set('sid', sid)
    }
    return [{ client: { id: clientId, name: client.client_name ?? clientId }, url: url.href }]
  })
}
