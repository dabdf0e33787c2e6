import { UnderstudyError } from '../errors.ts'
import type { ArmedFaultView, Control, IssuerSummary, PendingDevice, ScenarioView } from './control.ts'

export interface ConnectOptions {
  /** The server's URL, such as `http://localhost:9400`. */
  server: string
  /** The token that the server was started with, if any. */
  adminToken?: string | undefined
  /** How long an answer is waited for, in milliseconds. Default: 30 s. */
  timeoutMs?: number | undefined
}

/**
 * The control of an Understudy that runs elsewhere, over its admin API.
 *
 * Problem documents are thrown as the `UnderstudyError` that they were made of; a server that cannot be reached is
 * `ERR_SERVER_UNREACHABLE`, one that answers as no Understudy does is `ERR_SERVER_UNKNOWN`.
 */
export function connectControl({ server, adminToken, timeoutMs = 30_000 }: ConnectOptions): Control {
  const root = `${serverUrl(server)}/_understudy`

  async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const headers: Record<string, string> = { accept: 'application/json' }
    if (adminToken !== undefined) headers.authorization = `Bearer ${adminToken}`
    if (body !== undefined) headers['content-type'] = 'application/json'
    const response = await fetch(root + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: unknown) => {
      throw unreachable(server, error, timeoutMs)
    })
    return read(server, response)
  }

  return {
    health: () => ask('GET', '/health') as ReturnType<Control['health']>,
    issuers: () => ask('GET', '/api/issuers') as Promise<IssuerSummary[]>,
    faults: (issuer) => ask('GET', path`/api/issuers/${issuer}/faults`) as Promise<ArmedFaultView[]>,
    fault: (issuer, id) => ask('GET', path`/api/issuers/${issuer}/faults/${id}`) as Promise<ArmedFaultView>,
    arm: (issuer, spec) => ask('POST', path`/api/issuers/${issuer}/faults`, spec) as Promise<ArmedFaultView>,
    disarm: async (issuer, id) => {
      const faults = path`/api/issuers/${issuer}/faults`
      await ask('DELETE', id === undefined ? faults : faults + path`/${id}`)
    },
    scenarios: (issuer) => ask('GET', path`/api/issuers/${issuer}/scenarios`) as Promise<ScenarioView[]>,
    toggleScenario: (issuer, name, enabled) =>
      ask('PUT', path`/api/issuers/${issuer}/scenarios/${name}`, { enabled }) as Promise<ScenarioView>,
    devices: (issuer) => ask('GET', path`/api/issuers/${issuer}/device`) as Promise<PendingDevice[]>,
    actOnDevice: async (issuer, userCode, action) => {
      await ask('POST', path`/api/issuers/${issuer}/device/${userCode}`, action)
    },
    reset: async (issuer, options = {}) => {
      await ask('POST', path`/api/issuers/${issuer}/reset`, options)
    },
  }
}

function serverUrl(server: string): string {
  if (!/^https?:\/\//i.test(server) || !URL.canParse(server)) {
    throw new UnderstudyError(
      'ERR_SERVER_URL',
      400,
      `Failed to connect to "${server}": expected an http or https URL, such as http://localhost:9400.`,
    )
  }
  return server.replace(/\/+$/, '')
}

/** A path whose parameters are percent-encoded. */
function path(literals: TemplateStringsArray, ...parameters: string[]): string {
  return String.raw({ raw: literals }, ...parameters.map((parameter) => encodeURIComponent(parameter)))
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
    `Failed to ask ${server}: it answered ${status}, and not as Understudy does. Is another server listening there?`,
  )
}

function unreachable(server: string, error: unknown, timeoutMs: number): UnderstudyError {
  const { name, cause } = error as Error & { cause?: { code?: string; message?: string } }
  const why = name === 'TimeoutError' ? `no answer in ${timeoutMs / 1000} s` : (cause?.code ?? cause?.message ?? name)
  return new UnderstudyError(
    'ERR_SERVER_UNREACHABLE',
    503,
    `Failed to reach ${server}: ${why}. Is Understudy running there?`,
    undefined,
    { cause: error },
  )
}
