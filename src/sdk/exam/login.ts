import type { Part, PlaceName } from './places.ts'
import type { ExamResult } from './report.ts'

/** One round that is asked of a client: all that it must know, and what it will meet. */
export interface RoundOrder {
  /** The issuer identifier, for discovery. */
  issuer: string
  clientId: string
  /** Left out of a public client. */
  clientSecret?: string
  redirectUri: string
  /** Who is logged in, without a page. */
  user: string
  /** Whom it must trust where the issuer has HTTPS of the exam's own: a certificate as PEM. This process trusts it. */
  authority?: string
  /** How far it is to go: log in, then ask userinfo, then refresh. */
  part: Part
  /** The fault that it will meet, and where; left out where all is as it should be. */
  fault?: string
  place?: PlaceName
  /** Given where it has taken too long. */
  signal: AbortSignal
}

/**
 * Has a client go through one round: it resolves where the client has logged in, and rejects where it refuses, with a
 * `BrokenClient` where it has come to another end.
 */
export type ClientRound = (order: RoundOrder) => Promise<unknown>

/** A client that refuses to log somebody in. */
export class RefusedLogin extends Error {
  /** What it has printed, if anything, to be shown where it should have logged in. */
  readonly output: string

  constructor(message: string, { output = '' }: { output?: string } = {}) {
    super(message)
    this.output = output
  }
}

/** A client that neither logs somebody in nor refuses: it hangs, or was killed. */
export class BrokenClient extends RefusedLogin {}

export type Said = Pick<ExamResult, 'did' | 'seen'> & { output?: string }

/** Has a client go through a round, and tells what it did; it is not waited for longer than that. */
export async function attempt(login: ClientRound, order: Omit<RoundOrder, 'signal'>, timeoutMs: number): Promise<Said> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new BrokenClient(`it had come to no end after ${timeoutMs / 1000} s`)
      controller.abort(error)
      reject(error)
    }, timeoutMs)
  })
  try {
    const asked = async () => login({ ...order, signal: controller.signal })
    await Promise.race([asked(), late])
    return { did: 'accept', seen: 'logged in' }
  } catch (error) {
    const output = error instanceof RefusedLogin ? error.output : ''
    return { did: error instanceof BrokenClient ? 'break' : 'reject', seen: inWords(error), output }
  } finally {
    clearTimeout(timer)
  }
}

const longestText = 200

/** What was thrown on one line: its code, where it has one, and its message. */
function inWords(error: unknown): string {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown }
  const told = typeof message === 'string' ? message : String(error)
  const text = (typeof code === 'string' ? `${code}: ${told}` : told).replace(/\s+/g, ' ').trim()
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text
}
