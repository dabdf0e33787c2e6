import { randomUUID } from 'node:crypto'
import type { Client } from '../domain/client.ts'
import type { FaultStep } from '../domain/issuer.ts'
import type { OutgoingCall } from '../domain/outcome.ts'
import { didYouMean, UnderstudyError } from '../errors.ts'
import type { IssuerContext } from './context.ts'
import { namesOf } from './known-user.ts'
import type { SignedIn } from './signed-in.ts'

/** Who is to be told that somebody has logged out. */
export interface LogoutRequest {
  /** A username; either this or `sid`. */
  user?: string | undefined
  /** What an ID token calls the session. */
  sid?: string | undefined
  /** The one client to be told, signed in to or not. Default: all that are signed in to. */
  client?: string | undefined
  /** What is wrong with the tokens. */
  faults?: readonly FaultStep[] | undefined
  /** Whether the sessions end as well. Default: no. */
  endSession?: boolean | undefined
  /** The issuer's name for clients that have seen none. */
  issuer?: string | undefined
}

/** A logout token that is to be made. */
export interface Notice {
  clientId: string
  sub: string
  sid: string | undefined
  /** The issuer as the client knows it. */
  issuer: string
  /** By which it was signed in to. */
  flow: OutgoingCall['flow']
}

/**
 * What a request means: the sessions, and the tokens that are to be sent.
 *
 * @param everybody all that are signed in
 * @throws UnderstudyError as `Logout.send` says
 */
export function noticesFor(
  request: LogoutRequest,
  everybody: readonly SignedIn[],
  issuer: IssuerContext,
): { meant: SignedIn[]; notices: Notice[] } {
  const only = request.client === undefined ? undefined : reachableClient(request.client, issuer)
  const { sub, meant } = whose(request, everybody, issuer)
  const told = new Set<string>()
  const notices = meant.flatMap(function noticeOf({ clientId, sid, issuer: seen, flow }): Notice[] {
    const client = issuer.clients.get(clientId)
    if (client?.backchannel_logout_uri === undefined || (only ?? client) !== client) return []
    // A client that does not tell sessions apart is told once that the user is gone.
    const tellsApart = request.sid !== undefined || client.backchannel_logout_session_required === true
    if (!tellsApart && told.has(clientId)) return []
    told.add(clientId)
    return [{ clientId, sub, sid: tellsApart ? sid : undefined, issuer: nameFor(clientId, seen), flow }]
  })
  return { meant, notices: only === undefined || notices.length > 0 ? notices : [outOfTheBlue(only)] }

  /** For a client that is not signed in to, which knows of no session. */
  function outOfTheBlue({ client_id: clientId, backchannel_logout_session_required: needsSid }: Client): Notice {
    const sid = request.sid ?? (needsSid ? randomUUID() : undefined)
    return { clientId, sub, sid, issuer: nameFor(clientId), flow: undefined }
  }

  function nameFor(clientId: string, seen?: string): string {
    return issuer.nameFor(clientId) ?? seen ?? request.issuer ?? issuer.naming.issuerFor(undefined)
  }
}

function whose(
  { user: username, sid }: LogoutRequest,
  everybody: readonly SignedIn[],
  { users }: IssuerContext,
): { sub: string; meant: SignedIn[] } {
  const failed = 'Failed to send logout tokens'
  if (username !== undefined) {
    const user = users.byName(username)
    if (user !== undefined) return { sub: user.sub, meant: everybody.filter(({ sub }) => sub === user.sub) }
    const hint = didYouMean(username, namesOf(users))
    throw new UnderstudyError('ERR_USER_UNKNOWN', 404, `${failed}: there is no user "${username}".${hint}`)
  }
  const named = everybody.find((each) => each.sid === sid || each.session.uid === sid)
  if (named !== undefined)
    return { sub: named.sub, meant: everybody.filter(({ session }) => session === named.session) }
  const way = 'It is what an ID token calls "sid"; whoever has logged out since is told by "user".'
  throw new UnderstudyError('ERR_SESSION_UNKNOWN', 404, `${failed}: there is no session "${sid}". ${way}`)
}

function reachableClient(clientId: string, { clients }: IssuerContext): Client {
  const client = clients.get(clientId)
  const failed = `Failed to send a logout token to "${clientId}"`
  if (client === undefined) {
    const hint = didYouMean(clientId, clients.keys())
    throw new UnderstudyError('ERR_CLIENT_UNKNOWN', 404, `${failed}: there is no such client.${hint}`)
  }
  if (client.backchannel_logout_uri !== undefined) return client
  const way = 'Give the client a backchannel_logout_uri in the fixtures.'
  throw new UnderstudyError('ERR_NO_BACKCHANNEL_LOGOUT', 409, `${failed}: it has no place to be told at. ${way}`)
}
