import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { IssuerModule } from '../../src/index.ts'

/** Where a relying party logs in. */
export interface Target {
  /** The issuer identifier, and all that is known of it but what its discovery says. */
  issuer: string
  clientId: string
  /** Undefined for a public client. */
  clientSecret: string | undefined
  /** How long the library may wait for an answer, where it can be told that; in milliseconds. */
  timeoutMs: number
  /** What else the client knows that it is registered with, where its library `registers` such. */
  metadata: Readonly<Record<string, string>>
}

/**
 * A part of a round, as its caller tells them apart: what leads to the browser being sent off (discovery alone, where
 * the library has a call for that), what is done once it is back, and what comes after.
 */
export type Part = 'discovery' | 'authorization' | 'callback' | 'userinfo' | 'refresh'

/** What a library made of a round. */
export type Seen =
  | { did: 'accept' }
  /** With its own error code or name, which is the same every time: no ports, no URLs, no texts that have them. */
  | { did: 'reject'; code: string; part: Part }
  /** The browser was never sent back, so that nobody has asked the library anything. */
  | { did: 'wait' }

/** An app that uses a library. */
export interface RelyingParty {
  /** Where the browser is sent back to. */
  redirectUri: string
  /**
   * A whole round that knows of none before: discovery, a login without pages, the ID token, userinfo and a refresh
   * where the library does such. Several at once do not meet.
   *
   * @throws Error where it is not the library that has failed
   */
  login(target: Target): Promise<Seen>
  close(): Promise<void>
}

type ClientFixture = NonNullable<IssuerModule['clients']>[number]

/** A library, in one way of using it. */
export interface Library {
  /** As its file of outcomes is called. */
  name: string
  /** How it is used, where there is more than one way; for people. */
  how?: string
  /** On npm. */
  package: string
  /** What it looks at and what it leaves to the app, in a sentence or two. */
  about?: string
  /** Whether its client has no secret. */
  isPublic?: true
  /** What else its client is registered with. */
  client?: Partial<ClientFixture>
  /** What it makes use of if a client is registered with it, such as `userinfo_signed_response_alg`. */
  registers?: readonly string[]
  /** Whether a round costs so much that each fault is tried at one place alone. */
  usualPlacesOnly?: true
  /** Whether it cannot be told whom to trust over HTTPS. */
  plainHttpOnly?: true
  open(): Promise<RelyingParty>
}

/** The version of a package that is installed. */
export function versionOf(name: string): string {
  const file = join(import.meta.dirname, '../../node_modules', name, 'package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

/** Thrown by a part of a round; `RelyingParty.login` says it as what was seen. */
export class Refusal extends Error {
  readonly seen: Seen

  constructor(seen: Seen) {
    super(seen.did)
    this.seen = seen
  }
}

/**
 * Does one part of a round.
 *
 * @param codeOf the library's own code of what it throws
 * @throws Refusal with that
 */
export async function inPart<Value>(
  part: Part,
  work: () => Value | Promise<Value>,
  codeOf: (error: unknown) => string = plainCodeOf,
): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal({ did: 'reject', code: codeOf(error), part })
  }
}

/** What was seen of a round that throws refusals. */
export async function seenOf(round: () => Promise<void>): Promise<Seen> {
  try {
    await round()
    return { did: 'accept' }
  } catch (error) {
    if (error instanceof Refusal) return error.seen
    throw error
  }
}

/**
 * The code of an error, else its name; with the OAuth error that it tells of, the status of an answer that is none, or the
 * code of what caused it.
 */
export function plainCodeOf(error: unknown): string {
  const { code, name } = error as Record<string, unknown>
  const own = typeof code === 'string' ? code : String(name)
  const inner = innerCodeOf(error as ErrorLike)
  return inner === undefined || inner === own ? own : `${own} ${inner}`
}

interface ErrorLike {
  error?: unknown
  cause?: unknown
}

function innerCodeOf({ error, cause }: ErrorLike): string | undefined {
  if (typeof error === 'string') return error
  if (cause instanceof Response) return String(cause.status)
  const [challenge] = Array.isArray(cause) ? (cause as { parameters?: { error?: string } }[]) : []
  if (challenge !== undefined) return challenge.parameters?.error
  const code = (cause as { code?: unknown } | undefined)?.code
  return typeof code === 'string' ? code : undefined
}
