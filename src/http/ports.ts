import type { TlsOptions } from 'node:tls'
import { type AppOptions, createAdminApp, createApp } from './app.ts'
import { type Listening, type ListenOptions, listen } from './listen.ts'

/** The ports that an Understudy listens at; 0 takes a free one each. */
export interface PortOptions {
  /** Default: 9400. */
  port?: number | undefined
  /** One that the admin API has to itself. */
  adminPort?: number | undefined
  /** One for plain HTTP, beside HTTPS on the others. */
  httpPort?: number | undefined
  host?: string | undefined
  requestTimeoutMs?: number | undefined
  tls?: TlsOptions | undefined
}

/** All ports, once every one of them listens. */
export interface Ports {
  main: Listening
  /** The same as `main`, unless the admin API has one to itself. */
  admin: Listening
  /** Where plain HTTP is spoken beside HTTPS. */
  http: Listening | undefined
  /** Answers what is under way, then lets go of them. */
  drain(): Promise<unknown>
}

/**
 * Listens on the port of all, on that of the admin API where it has one to itself, and on that of plain HTTP where it is
 * wanted beside HTTPS.
 *
 * @throws UnderstudyError `ERR_PORT_IN_USE`, `ERR_LISTEN`
 */
export async function listenOn(options: PortOptions, app: Omit<AppOptions, 'adminOrigin'>): Promise<Ports> {
  const { port = 9400, adminPort, httpPort, host, requestTimeoutMs, tls } = options
  const secure = { host, requestTimeoutMs, tls, onTlsFailure: tlsReport(app) }
  const open: Listening[] = []
  const drain = () => Promise.all(open.map((each) => each.drain()))

  async function listenAt(answer: Parameters<typeof listen>[0], how: ListenOptions): Promise<Listening> {
    const listening = await listen(answer, how)
    open.push(listening)
    return listening
  }

  try {
    let adminOrigin = ''
    const hasAdminPort = adminPort !== undefined
    const answer = createApp(hasAdminPort ? { ...app, adminOrigin: () => adminOrigin } : app).callback()
    const main = await listenAt(answer, { port, portOption: '--port', ...secure })
    const admin = hasAdminPort
      ? await listenAt(createAdminApp(app, main.origin).callback(), {
          port: adminPort,
          portOption: '--admin-port',
          ...secure,
        })
      : main
    adminOrigin = admin.origin
    const plain = { port: httpPort ?? 0, portOption: '--http-port', host, requestTimeoutMs } as const
    const http = tls === undefined || httpPort === undefined ? undefined : await listenAt(answer, plain)
    return { main, admin, http, drain }
  } catch (error) {
    await drain()
    throw error
  }
}

const distrust =
  'A client does not trust the certificate. Let it trust the authority at /_understudy/ca.pem, such as by NODE_EXTRA_CA_CERTS.'

/** Tells in words what clients get wrong most often; all else is their own doing, and told at debug alone. */
function tlsReport({ logger }: Pick<AppOptions, 'logger'>): (error: Error) => void {
  return function reportTls(error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'ERR_SSL_HTTP_REQUEST') {
      logger.warn(
        'A client spoke plain HTTP to a port of HTTPS. Let it ask by https, or serve HTTP beside it: --http-port.',
      )
    } else if (/_ALERT_(?:UNKNOWN_CA|CERTIFICATE_UNKNOWN|BAD_CERTIFICATE)$/.test(code)) logger.warn(distrust)
    // Node's clients hang up without a word where they do not trust; and so does whoever looks whether the port is open.
    else logger.debug({ code }, 'A client broke off before TLS was agreed upon; it may not trust the certificate')
  }
}
