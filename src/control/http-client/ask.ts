import { UnderstudyError } from '../../errors.ts'

export interface ConnectOptions {
  /** The server's URL, such as `http://localhost:9400`. */
  server: string
  /** The token that the server was started with, if any. */
  adminToken?: string | undefined
  /** How long an answer is waited for, in milliseconds. Default: 30 s. */
  timeoutMs?: number | undefined
  /** What sends the requests. Default: the platform's `fetch`. */
  fetch?: typeof fetch | undefined
}

/** What a request may carry beside its path. */
export interface Asking {
  /** Sent as JSON. */
  body?: unknown
  /** Members that are undefined are left out. */
  query?: Readonly<Record<string, string | number | boolean | undefined>>
  /** Gives up waiting. */
  signal?: AbortSignal | undefined
  /** Longer than usual by this, in milliseconds: for requests that wait at the server. */
  waitMs?: number
  /** Told the status of the answer. */
  onStatus?: (status: number) => void
}

/** Asks the admin API of a server. */
export interface Ask {
  /** @returns the answer's JSON; undefined where it has none */
  <Answer>(method: string, path: string, asking?: Asking): Promise<Answer>
  /** The answer itself, once it is known to be good, for whoever reads it bit by bit. */
  open(path: string, asking?: Asking): Promise<Response>
}

/**
 * How operations reach the admin API.
 *
 * Problem documents are thrown as the `UnderstudyError` that they were made of; a server that cannot be reached is
 * `ERR_SERVER_UNREACHABLE`, one that answers as no Understudy does is `ERR_SERVER_UNKNOWN`.
 */
export function asker({ server, adminToken, timeoutMs = 30_000, fetch: given }: ConnectOptions): Ask {
  const root = `${serverUrl(server)}/_understudy`
  requireSendable(adminToken)

  async function send(
    method: string,
    path: string,
    accept: string,
    { body, query, signal }: Asking,
  ): Promise<Response> {
    const headers: Record<string, string> = { accept }
    if (adminToken !== undefined) headers.authorization = `Bearer ${adminToken}`
    if (body !== undefined) headers['content-type'] = 'application/json'
    const sent = body === undefined ? null : JSON.stringify(body, refuseFunction)
    return (given ?? fetch)(root + path + searchOf(query), { method, headers, body: sent, signal: signal ?? null })
  }

  async function ask(method: string, path: string, asking: Asking = {}): Promise<unknown> {
    const limitMs = timeoutMs + (asking.waitMs ?? 0)
    const response = await within(limitMs, asking.signal, (signal) =>
      send(method, path, 'application/json', { ...asking, signal }),
    ).catch((error: unknown) => {
      asking.signal?.throwIfAborted()
      throw error instanceof UnderstudyError ? error : unreachable(server, error, limitMs)
    })
    asking.onStatus?.(response.status)
    return read(server, response)
  }

  async function open(path: string, asking: Asking = {}): Promise<Response> {
    const response = await send('GET', path, 'text/event-stream', asking).catch((error: unknown) => {
      asking.signal?.throwIfAborted()
      throw unreachable(server, error, timeoutMs)
    })
    if (!response.ok) await read(server, response)
    return response
  }

  return Object.assign(ask as Ask, { open })
}

/** A path whose parameters are percent-encoded. */
export function path(literals: TemplateStringsArray, ...parameters: string[]): string {
  return String.raw({ raw: literals }, ...parameters.map((parameter) => encodeURIComponent(parameter)))
}

/** Gives up after a time, or when the one who asks does; without `AbortSignal.any`, which older runtimes lack. */
async function within<Answer>(
  limitMs: number,
  asked: AbortSignal | undefined,
  ask: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const either = new AbortController()
  const giveUp = () => either.abort()
  const timer = setTimeout(() => either.abort(new DOMException('no answer', 'TimeoutError')), limitMs)
  asked?.addEventListener('abort', giveUp)
  if (asked?.aborted) giveUp()
  try {
    return await ask(either.signal)
  } finally {
    clearTimeout(timer)
    asked?.removeEventListener('abort', giveUp)
  }
}

/** Of what is sent as JSON, a function would be left out without a word. */
export function refuseFunction(name: string, value: unknown): unknown {
  if (typeof value !== 'function') return value
  const message = `Failed to send "${name}": a function cannot be sent to another process. Give it to the server in a fixtures module.`
  throw new UnderstudyError('ERR_NOT_DATA', 400, message)
}

function searchOf(query: Asking['query'] = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}

/** What a header cannot carry would be told of as if the server were away. */
function requireSendable(adminToken: string | undefined): void {
  if (adminToken === undefined || /^[ -~]*$/.test(adminToken)) return
  const message =
    'Failed to connect: the admin token has characters that no header carries. Give it as the server was started with, with no line break behind it.'
  throw new UnderstudyError('ERR_ADMIN_TOKEN', 400, message)
}

function serverUrl(server: string): string {
  if (!/^https?:\/\//i.test(server) || !isUrl(server)) {
    throw new UnderstudyError(
      'ERR_SERVER_URL',
      400,
      `Failed to connect to "${server}": expected an http or https URL, such as http://localhost:9400.`,
    )
  }
  return server.replace(/\/+$/, '')
}

/** `URL.canParse` for runtimes that have none yet. */
function isUrl(text: string): boolean {
  try {
    return Boolean(new URL(text))
  } catch {
    return false
  }
}

async function read(server: string, response: Response): Promise<unknown> {
  if (response.status === 204) return undefined
  const type = response.headers.get('content-type') ?? ''
  const body: unknown = /\bjson\b/.test(type) ? await response.json().catch(() => undefined) : undefined
  if (response.ok && body !== undefined) return body
  throw fromProblem(body) ?? unknownServer(server, response.status)
}

function fromProblem(body: unknown): UnderstudyError | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { type: _type, title: _title, status, detail, code, ...details } = body as Record<string, unknown>
  if (typeof code !== 'string' || typeof detail !== 'string' || typeof status !== 'number') return undefined
  return new UnderstudyError(code, status, detail, Object.keys(details).length === 0 ? undefined : details)
}

function unknownServer(server: string, status: number): UnderstudyError {
  return new UnderstudyError(
    'ERR_SERVER_UNKNOWN',
    502,
    `Failed to ask ${server}: it answered ${status}, and not as Understudy's admin API does. Is another server listening there, or has the admin API a port of its own (--admin-port)?`,
  )
}

function unreachable(server: string, error: unknown, timeoutMs: number): UnderstudyError {
  const { name, cause } = error as Error & { cause?: { code?: string; message?: string } }
  const why = name === 'TimeoutError' ? `no answer in ${timeoutMs / 1000} s` : (cause?.code ?? cause?.message ?? name)
  const way = isDistrust(why)
    ? 'Have Node trust its authority: NODE_EXTRA_CA_CERTS=ca.pem, a file of what is at /_understudy/ca.pem there.'
    : 'Is Understudy running there?'
  return new UnderstudyError('ERR_SERVER_UNREACHABLE', 503, `Failed to reach ${server}: ${why}. ${way}`, undefined, {
    cause: error,
  })
}

/** Whether a connection came to nothing because of the server's certificate. */
function isDistrust(why: string): boolean {
  return /SELF_SIGNED_CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(why)
}
