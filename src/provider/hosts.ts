import type { IncomingMessage } from 'node:http'
import { withoutSlash } from '../domain/issuer.ts'

/** The names by which an issuer is known: its own, and the one a browser uses where that differs. */
export interface IssuerNames {
  /** `auto`: the origin by which it is asked. Else a URL, which may end in a slash. */
  issuer: 'auto' | string
  browser?: string | undefined
}

/** Routes that a browser opens; they carry the browser's name in metadata and links. */
const browserRoutes = new Set([
  'authorization',
  'resume',
  'code_verification',
  'device_resume',
  'end_session',
  'end_session_confirm',
  'end_session_success',
])

/** Answers which name a request, a client or a link goes by. */
export interface Naming {
  /** The issuer as the requester knows it; `clientName` where the client's own choice is known. */
  issuerFor(req: IncomingMessage | undefined, clientName?: string): string
  /** What a path of this issuer is prefixed with in a link of a given route. */
  baseFor(req: IncomingMessage, route: string): string
  /** The names that clients may choose from. */
  names(): string[]
}

/**
 * @param names fixed, or `auto`
 * @param mount the path of the issuer below its origin: empty for the root, else `/name`
 * @param fallbackOrigin the origin where nobody asks, such as for a token that a test mints
 */
export function createNaming(names: IssuerNames, mount: string, fallbackOrigin: () => string): Naming {
  if (names.issuer === 'auto') {
    const own = (req: IncomingMessage | undefined) => (req ? originOf(req, fallbackOrigin) : fallbackOrigin()) + mount
    return { issuerFor: own, baseFor: own, names: () => [] }
  }
  const fixed = names.issuer
  const browser = names.browser ?? fixed
  const browserHost = new URL(browser).host
  const asked = (req: IncomingMessage | undefined) => (req && hostOf(req) === browserHost ? browser : fixed)
  return {
    issuerFor: (req, clientName) => clientName ?? asked(req),
    baseFor: (req, route) => withoutSlash(browserRoutes.has(route) ? browser : asked(req)),
    names: () => [...new Set([fixed, browser])],
  }
}

/** The origin by which a request came, as its proxies tell it, with the path prefix that a proxy stripped. */
export function originOf(req: IncomingMessage, fallbackOrigin: () => string): string {
  const host = hostOf(req)
  if (host === undefined) return fallbackOrigin()
  return `${protocolOf(req)}://${host}${prefixOf(req)}`
}

function protocolOf(req: IncomingMessage): 'http' | 'https' {
  const forwarded = first(req.headers['x-forwarded-proto'])
  if (forwarded === 'http' || forwarded === 'https') return forwarded
  return 'encrypted' in req.socket ? 'https' : 'http'
}

const hostPattern = /^(?:[a-z0-9_](?:[a-z0-9._-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i

/** Hosts that were found to be good; the same few come with every request. */
const goodHosts = new Set<string>()

/** Host and port as the requester wrote them, or undefined where they are no host at all. */
export function hostOf(req: IncomingMessage): string | undefined {
  const forwarded = first(req.headers['x-forwarded-host'])
  let host = forwarded ?? req.headers.host
  const port = first(req.headers['x-forwarded-port'])
  if (forwarded === undefined && port === undefined && host !== undefined && goodHosts.has(host)) return host
  if (host === undefined || !hostPattern.test(host)) return undefined
  if (port !== undefined && isPort(port) && !/:\d+$/.test(host)) {
    const usual = protocolOf(req) === 'https' ? '443' : '80'
    if (port !== usual) host = `${host}:${port}`
  }
  if (!URL.canParse(`http://${host}`)) return undefined
  const good = host.toLowerCase()
  if (goodHosts.size < 100) goodHosts.add(good)
  return good
}

/** Whether it is a port that can be asked; some proxies send 0 where they know of none. */
function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536
}

/** The path that a proxy took off, by `X-Forwarded-Prefix`. */
export function prefixOf(req: IncomingMessage): string {
  const prefix = first(req.headers['x-forwarded-prefix'])
  if (prefix === undefined || !/^(?:\/[\w.~-]+)+\/?$/.test(prefix)) return ''
  return prefix.replace(/\/$/, '')
}

/** The port that a browser asked, which tells apart the cookies of several servers on one host. */
export function portOf(req: IncomingMessage): string {
  const port = hostOf(req)?.match(/:(\d+)$/)?.[1]
  return port ?? (protocolOf(req) === 'https' ? '443' : '80')
}

function first(header: string | string[] | undefined): string | undefined {
  const value = Array.isArray(header) ? header[0] : header
  return value?.split(',', 1)[0]?.trim() || undefined
}
