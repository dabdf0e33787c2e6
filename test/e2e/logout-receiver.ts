import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

/** A client's own end of a back-channel logout. */
export interface LogoutReceiver {
  uri: string
  /** What it was sent, good or bad, in the order in which it came. */
  received: string[]
  /** The claims of the tokens that it took. */
  taken: JWTPayload[]
  /** Why it refused the others. */
  refused: string[]
  close(): Promise<void>
}

/** What the receiver knows of its issuer; to be told once that is up. */
export interface Trust {
  issuer: string
  clientId: string
  /** Default: that of the issuer's URL. */
  jwksUri?: string
  /** Whether all but fresh tokens by RS256 are refused, as the client may. Default: no. */
  strict?: boolean
}

/**
 * A client that takes logout tokens as the specification says: 200 for a good one, 400 and why for another.
 *
 * @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation Back-Channel Logout 2.6}
 */
export async function receiveLogouts(trust: () => Trust, host = 'localhost'): Promise<LogoutReceiver> {
  const received: string[] = []
  const taken: JWTPayload[] = []
  const refused: string[] = []
  const jtis = new Set<unknown>()

  async function check(token: string): Promise<void> {
    const { issuer, clientId, jwksUri = `${issuer}/jwks`, strict } = trust()
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(jwksUri)), {
      typ: 'logout+jwt',
      issuer,
      audience: clientId,
      requiredClaims: ['iat', 'exp', 'jti', 'events'],
      ...(strict && { algorithms: ['RS256'], maxTokenAge: '10m' }),
    })
    const events = payload.events as Record<string, unknown>
    if (events === null || typeof events[logoutEvent] !== 'object') throw new Error('it is no logout event')
    if ('nonce' in payload) throw new Error('it has a nonce')
    if (payload.sub === undefined && payload.sid === undefined) throw new Error('it says of nobody')
    if (jtis.has(payload.jti)) throw new Error('it was replayed')
    jtis.add(payload.jti)
    taken.push(payload)
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const token = new URLSearchParams(Buffer.concat(chunks).toString()).get('logout_token') ?? ''
    received.push(token)
    try {
      await check(token)
      response.writeHead(200, { 'cache-control': 'no-store' }).end()
    } catch (error) {
      refused.push((error as { code?: string }).code ?? (error as Error).message)
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: 'invalid_request', error_description: (error as Error).message }))
    }
  })
  const port = await listen(server)
  return { uri: `http://${host}:${port}/backchannel-logout`, received, taken, refused, close: () => close(server) }
}

/** A client that answers every logout token in one way, or not at all. */
export async function answerLogouts(answer: { status: number; body?: string } | 'nothing'): Promise<LogoutReceiver> {
  const received: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    received.push(new URLSearchParams(body).get('logout_token') ?? '')
    if (answer !== 'nothing') response.writeHead(answer.status).end(answer.body)
  })
  const port = await listen(server)
  return { uri: `http://127.0.0.1:${port}/logout`, received, taken: [], refused: [], close: () => close(server) }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
