import { constants } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import { createSecureContext, type SecureContext, type TlsOptions } from 'node:tls'
import { UnderstudyError } from '../errors.ts'
import type { Authority } from './authority.ts'
import type { AlternativeName } from './certificate.ts'
import { type FlawFor, flawedContexts } from './flawed.ts'

/** A key pair of the user's own; each is PEM, or the path of a file of it. */
export interface KeyPair {
  cert: string
  key: string
}

/** What a server shows, and whom it takes certificates from. */
export interface ServerIdentity {
  /** Left out: certificates of the authority, made for each name that is asked for. */
  own?: KeyPair | undefined
  /** Where it listens, as it was told. */
  host?: string | undefined
  /** Certificates of those whose client certificates are taken, as PEM. */
  clientAuthorities: readonly string[]
}

/** How many names' certificates are kept; more names than this have theirs made anew. */
const keptNames = 100

/**
 * How a server that speaks TLS is to be set up: it asks everybody for a certificate, and takes also those who have none,
 * or one that nobody knows; who they are is for the provider to say.
 *
 * @param flawFor asked for each handshake of a client that asks for a host by name
 * @throws UnderstudyError `ERR_TLS_KEY_PAIR`
 */
export async function serverTls(authority: Authority, identity: ServerIdentity, flawFor: FlawFor): Promise<TlsOptions> {
  const ca = [...identity.clientAuthorities]
  // Without tickets every connection is a handshake of its own, so that a fault meets whoever connects next.
  const clients = { requestCert: true, rejectUnauthorized: false, ca, secureOptions: constants.SSL_OP_NO_TICKET }
  const flawed = flawedContexts(authority, ca)
  if (identity.own !== undefined) {
    // No context: the one of the user's own key pair.
    return { ...clients, ...readKeyPair(identity.own), SNICallback: flawing(flawFor, flawed, async () => undefined) }
  }
  const usual = await authority.issueServer(usualNames(identity.host))
  return {
    ...clients,
    cert: usual.certificate,
    key: usual.key,
    SNICallback: flawing(
      flawFor,
      flawed,
      contextsByName(authority, { ca, known: new Set(dnsNames(identity.host)), usual }),
    ),
  }
}

/** Shows what a fault has a client see, or else what it should. */
function flawing(
  flawFor: FlawFor,
  flawed: ReturnType<typeof flawedContexts>,
  contextFor: (asked: string) => Promise<SecureContext | undefined>,
): NonNullable<TlsOptions['SNICallback']> {
  return function contextByName(asked, done) {
    const name = isHostName(asked) ? asked.toLowerCase() : 'localhost'
    const flaw = flawFor(name)
    const context = flaw === undefined ? contextFor(asked) : flawed(flaw, name)
    context.then((found) => done(null, found), done)
  }
}

const isHostName = (name: string) => /^[a-z0-9_](?:[a-z0-9._-]{0,252})$/i.test(name)

/** A certificate for every name that the server is called by, such as that of a service in compose. */
function contextsByName(
  authority: Authority,
  { ca, known, usual }: { ca: string[]; known: ReadonlySet<string>; usual: { certificate: string; key: string } },
): (asked: string) => Promise<SecureContext> {
  const contexts = new Map<string, Promise<SecureContext>>()
  const usualContext = createSecureContext({ ca, cert: usual.certificate, key: usual.key })

  async function make(name: string): Promise<SecureContext> {
    const { certificate: cert, key } = await authority.issueServer([{ type: 'dns', value: name }])
    return createSecureContext({ ca, cert, key })
  }

  return function contextFor(asked) {
    const name = asked.toLowerCase()
    if (known.has(name) || !isHostName(name)) return Promise.resolve(usualContext)
    const made = contexts.get(name) ?? make(name)
    if (contexts.size >= keptNames) contexts.clear()
    contexts.set(name, made)
    return made
  }
}

/** Names and addresses by which this machine is asked, as far as it knows them. */
function usualNames(host: string | undefined): AlternativeName[] {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address) ?? [])
  const given = host !== undefined && isIP(host) !== 0 ? [host] : []
  const reachable = [...addresses, ...given].filter((address) => !address.includes('%') && !isAnyAddress(address))
  const ips = [...new Set(['127.0.0.1', '::1', ...reachable])]
  return [
    ...dnsNames(host).map((value) => ({ type: 'dns', value }) as const),
    ...ips.map((value) => ({ type: 'ip', value }) as const),
  ]
}

function dnsNames(host: string | undefined): string[] {
  const given = host === undefined || isIP(host) !== 0 ? [] : [host.toLowerCase()]
  return [...new Set(['localhost', hostname().toLowerCase(), ...given])]
}

const isAnyAddress = (address: string) => address === '0.0.0.0' || address === '::'

/** @throws UnderstudyError `ERR_TLS_KEY_PAIR` */
function readKeyPair({ cert, key }: KeyPair): { cert: string; key: string } {
  const pair = { cert: readPem(cert), key: readPem(key) }
  try {
    createSecureContext(pair)
  } catch (error) {
    throw unusable(`${nameOf(cert)} and ${nameOf(key)}`, (error as Error).message)
  }
  return pair
}

/**
 * PEM, given as such or as the path of a file.
 *
 * @throws UnderstudyError `ERR_TLS_KEY_PAIR`
 */
export function readPem(given: string): string {
  if (isPem(given)) return given
  try {
    return readFileSync(given, 'utf8')
  } catch (error) {
    throw unusable(given, (error as NodeJS.ErrnoException).code ?? (error as Error).message)
  }
}

const isPem = (given: string) => given.includes('-----BEGIN ')

const nameOf = (given: string) => (isPem(given) ? 'the given PEM' : given)

function unusable(what: string, why: string): UnderstudyError {
  const way = 'Give a certificate and its own private key, both as PEM.'
  return new UnderstudyError('ERR_TLS_KEY_PAIR', 400, `Failed to serve HTTPS with ${what}: ${why}. ${way}`)
}
