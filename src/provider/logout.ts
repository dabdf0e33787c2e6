import { randomUUID } from 'node:crypto'
import Provider from 'oidc-provider'
import { noRequest } from '../domain/no-request.ts'
import { readMutations } from '../faults/by-hand.ts'
import { addressed } from './addressee.ts'
import type { IssuerContext } from './context.ts'
import { currentExchange } from './current-exchange.ts'
import { missingKeyOf } from './encryption.ts'
import { signingKeyCount } from './keys.ts'
import type { Sessions } from './live-sessions.ts'
import { deliver, type LogoutCall, type LogoutDelivery, withhold } from './logout-delivery.ts'
import { type LogoutRequest, type Notice, noticesFor } from './logout-notices.ts'
import { clientModel } from './private.ts'
import { findSignedIn, flowOfLogout, rememberSignIns } from './signed-in.ts'
import type { Mutation } from './token-faults.ts'
import { wish } from './wishes.ts'

export type { LogoutDelivery } from './logout-delivery.ts'
export type { LogoutRequest } from './logout-notices.ts'

/** Logout tokens, sent without a browser. */
export interface Logout {
  /**
   * Tells clients that somebody has logged out, and hears what each says.
   *
   * @throws UnderstudyError `ERR_USER_UNKNOWN`, `ERR_SESSION_UNKNOWN`, `ERR_CLIENT_UNKNOWN`, `ERR_FAULT_UNKNOWN` (404),
   *   `ERR_FAULT_INVALID` (400), or `ERR_NO_BACKCHANNEL_LOGOUT` (409) where the named client has no place to be told at
   */
  send(request: LogoutRequest): Promise<LogoutDelivery[]>
}

interface LogoutToken {
  mask: Record<string, null>
  set(claim: string, value: unknown): void
  issue(options: { use: 'logout' }): Promise<string>
}

type LogoutTokenModel = new (claims: { sub: string }, options: { client: unknown; ctx: undefined }) => LogoutToken

/** @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken Back-Channel Logout 2.4} */
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

/** Has clients be told of logouts: of those in a browser, and of those that a test makes up. */
export function createLogout(provider: Provider, issuer: IssuerContext, sessions: Pick<Sessions, 'end'>): Logout {
  rememberSignIns(provider)
  const { prototype } = clientModel(provider)
  prototype.includeSid = function includeSid() {
    const inFrames = issuer.clients.get(this.clientId)?.frontchannel_logout_uri !== undefined
    return this.backchannelLogoutUri !== undefined || inFrames
  }
  // The provider's own would sign in the name by which the browser asks, and keep the answer to itself.
  prototype.backchannelLogout = async function backchannelLogout(sub, sid) {
    const { clientId, backchannelLogoutSessionRequired: needsSid } = this
    const named = issuer.naming.issuerFor(Provider.ctx?.req, issuer.nameFor(clientId))
    const flow = flowOfLogout(Provider.ctx?.oidc?.session, clientId)
    await tell({ clientId, sub, sid: needsSid ? sid : undefined, issuer: named, flow }, { isAwaited: false })
  }

  /** @param how whether somebody waits to hear what the client says, however late it is told */
  async function tell(
    { clientId, sub, sid, issuer: named, flow }: Notice,
    { mutations = [], isAwaited }: { mutations?: readonly Mutation[]; isAwaited: boolean },
  ): Promise<LogoutDelivery[]> {
    const client = await provider.Client.find(clientId)
    const token = new (provider.IdToken as unknown as LogoutTokenModel)({ sub }, { client, ctx: undefined })
    token.mask = { sub: null }
    token.set('events', { [logoutEvent]: {} })
    token.set('jti', randomUUID())
    if (sid !== undefined) token.set('sid', sid)
    wish(token, { mutations })
    const to = { clientId, uri: client?.backchannelLogoutUri as string }
    const user = issuer.users.bySub(sub)?.username
    const exchange = currentExchange() ?? noRequest('end_session', flow)
    const calling = { endpoint: 'backchannel_logout', client: clientId, user, flow: flow ?? exchange.flow } as const
    const signed = await addressed(named, () => token.issue({ use: 'logout' })).catch(keyMissing)
    if (typeof signed !== 'string') {
      return [withhold(to, '', (call) => issuer.onCall({ ...calling, ...call }), signed.why)]
    }
    const fired = await issuer.noticeFault(exchange, { client: clientId, user })
    const { times = 1, delayMs } = fired?.deliver() ?? {}
    const told = fired && [{ id: fired.armedId, fault: fired.fault.name, origin: fired.origin }]
    const onCall = (call: LogoutCall) => issuer.onCall({ ...calling, ...call, fired: told })
    const send = () => deliver(to, signed, onCall)
    if (times === 0) return [withhold(to, signed, onCall)]
    if (delayMs !== undefined) {
      const due = issuer.pass(delayMs).then((isDue) => (isDue ? send() : withhold(to, signed, onCall)))
      return isAwaited ? [await due] : []
    }
    // One after the other, as whoever tries again does.
    const deliveries: LogoutDelivery[] = []
    for (let sent = 0; sent < times; sent += 1) deliveries.push(await send())
    return deliveries
  }

  return {
    async send(request) {
      const mutations = readMutations(
        request.faults ?? [],
        'logout_token',
        signingKeyCount(issuer.keys),
        issuer.knownFaults,
      )
      const { meant, notices } = noticesFor(request, await findSignedIn(provider, issuer.bucket), issuer)
      const told = await Promise.all(notices.map((notice) => tell(notice, { mutations, isAwaited: true })))
      if (request.endSession) {
        for (const id of new Set(meant.map(({ session }) => session.uid))) await sessions.end(id)
      }
      return told.flat()
    },
  }
}

/** That a token could not be encrypted: a finding as well, since clients cannot be told at all then. */
function keyMissing(error: unknown): { why: string } {
  const why = missingKeyOf(error)
  if (why === undefined) throw error
  return { why }
}
