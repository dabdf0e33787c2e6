import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { OutgoingCall } from '../domain/outcome.ts'

/** How long a client may take over a logout token, its answer included. */
const patienceMs = 2500

/** How much of an answer is kept. */
const keptBytes = 4096

/** A logout token on its way to one client, and what became of it. */
export interface LogoutDelivery {
  client_id: string
  uri: string
  /** What the client answered. */
  status?: number
  body?: string
  /** Why there is no answer, or no whole one. */
  error?: string
  /** As it was sent. */
  logout_token: string
  /** What it says; left out where it is no JWT. */
  decoded?: { header: Record<string, unknown>; claims: Record<string, unknown> }
}

/** The part of a call that its caller cannot know. */
export type LogoutCall = Pick<
  OutgoingCall,
  'method' | 'url' | 'headers' | 'body' | 'startedAtMs' | 'durationMs' | 'answer' | 'failure'
>

/**
 * Sends a logout token and hears what the client says. It never rejects: that a client is not there, is a finding.
 *
 * @param tell told of the call, once it is over
 * @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html#BCRequest Back-Channel Logout 2.5}
 */
export async function deliver(
  to: { clientId: string; uri: string },
  token: string,
  tell: (call: LogoutCall) => void,
): Promise<LogoutDelivery> {
  const request = requestOf(token)
  const startedAtMs = Date.now()
  const startMs = performance.now()
  const { answer, failure } = await post(to.uri, request)
  tell({ ...request, url: to.uri, startedAtMs, durationMs: performance.now() - startMs, answer, failure })
  return {
    client_id: to.clientId,
    uri: to.uri,
    ...(answer && { status: answer.status, body: answer.body }),
    ...(failure !== undefined && { error: failure }),
    logout_token: token,
    ...decode(token),
  }
}

/**
 * Keeps a logout token back, which a fault has kept for ever or beyond a reset.
 *
 * @param tell told of the call that is not made
 * @param failure why it is not made
 */
export function withhold(
  to: { clientId: string; uri: string },
  token: string,
  tell: (call: LogoutCall) => void,
  failure = 'a fault keeps it from being sent',
): LogoutDelivery {
  tell({ ...requestOf(token), url: to.uri, startedAtMs: Date.now(), durationMs: 0, failure })
  return { client_id: to.clientId, uri: to.uri, error: failure, logout_token: token, ...decode(token) }
}

function requestOf(token: string): Pick<LogoutCall, 'method' | 'headers' | 'body'> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return { method: 'POST', headers, body: new URLSearchParams({ logout_token: token }).toString() }
}

async function post(uri: string, request: RequestInit): Promise<Pick<LogoutCall, 'answer' | 'failure'>> {
  let response: Response
  try {
    response = await fetch(uri, { ...request, redirect: 'manual', signal: AbortSignal.timeout(patienceMs) })
  } catch (error) {
    return { failure: reasonOf(error) }
  }
  const { status, headers: had } = response
  const headers = Object.fromEntries(had)
  try {
    return { answer: { status, headers, body: await beginningOf(response) } }
  } catch (error) {
    return { answer: { status, headers, body: '' }, failure: reasonOf(error) }
  }
}

/** As much of an answer as is worth keeping; what comes after is not waited for. */
async function beginningOf({ body }: Response): Promise<string> {
  if (body === null) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= keptBytes) break
  }
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, keptBytes))
}

/** Why a client did not answer, in the words of the system: `ECONNREFUSED` and the like. */
function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } }
  if (name === 'TimeoutError') return `no answer in ${patienceMs / 1000} s`
  return cause?.code ?? cause?.message ?? message
}

function decode(token: string): Pick<LogoutDelivery, 'decoded'> {
  try {
    return { decoded: { header: { ...decodeProtectedHeader(token) }, claims: { ...decodeJwt(token) } } }
  } catch {
    // Faults can make it anything.
    return {}
  }
}
