import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { Logger } from 'pino'
import { Authority } from './certificates/authority.ts'
import { type CertificateOptions, setUpCertificates } from './certificates/setup.ts'
import type { Control } from './control/control.ts'
import { createControl } from './control/in-process.ts'
import { checkScenarios } from './fixtures/check-signed.ts'
import { type LoadOptions, loadFixtures } from './fixtures/load.ts'
import type { Fixtures } from './fixtures/schema.ts'
import { FixturesSource } from './fixtures/watch.ts'
import { originAt } from './http/listen.ts'
import { createLogger } from './http/log.ts'
import type { LogLevel } from './http/log-level.ts'
import { listenOn } from './http/ports.ts'
import { checkServerOptions } from './http/server-options.ts'
import { packageRoot } from './http/web/package-root.ts'
import { createRender } from './http/web/render.ts'
import { Issuers, processBucket } from './issuer/registry.ts'
import { generic } from './personas/generic.ts'
import { CookieSigner } from './provider/cookie-signer.ts'
import { prepareKeys } from './provider/make-keys.ts'
import { memoryStore } from './store/memory.ts'
import { openStore } from './store/open.ts'
import type { Store } from './store/store.ts'
import { fileOf, isNew } from './store/url.ts'

export interface ServerOptions extends CertificateOptions {
  /** Files and folders of fixtures. Default, where nothing else is given either: the documented example. */
  fixtures?: readonly string[] | undefined
  /** One more document: YAML or JSON as text, or the object itself. */
  inline?: LoadOptions['inline']
  /** 0 takes a free one. Default: 9400. */
  port?: number | undefined
  /** Where to listen. Default: 127.0.0.1. */
  host?: string | undefined
  /** Overrides `issuer` of the root issuer. */
  issuerUrl?: string | undefined
  /** Overrides `browser_url` of the root issuer. */
  browserUrl?: string | undefined
  /** `memory` (the default) or `json:PATH`. */
  store?: string | undefined
  adminToken?: string | undefined
  /** A port that the admin API has to itself; 0 takes a free one. Default: it is on the same one as all else. */
  adminPort?: number | undefined
  adminHosts?: readonly string[] | undefined
  /** A port for plain HTTP beside HTTPS; 0 takes a free one. Default: there is none. */
  httpPort?: number | undefined
  /** Overrides `persona` of the root issuer. */
  persona?: string | undefined
  /** Whether edits of the fixtures are taken over while it runs. Default: true. */
  watch?: boolean | undefined
  /** Default: info. */
  logLevel?: LogLevel | undefined
  /** How long a request may take to arrive, in milliseconds, before it is cut off with 408. Default: 30,000. */
  requestTimeoutMs?: number | undefined
  /** Where `${NAME}` in fixtures looks. Default: the environment of the process. */
  env?: LoadOptions['env']
}

export interface RunningServer {
  /** The origin at which it listens. */
  url: string
  /** The origin at which the admin API is: the same, unless it has a port of its own. */
  adminUrl: string
  /** The origin of plain HTTP, where it is spoken beside HTTPS. */
  httpUrl: string | undefined
  control: Control
  registry: Issuers
  /** All issuers with their URLs. */
  issuers: { name: string; url: string }[]
  /** Answers what is under way, then lets go of the port and the store. */
  close(): Promise<void>
}

/**
 * Starts an Understudy: the one place where all of its rooms are put together.
 *
 * @throws UnderstudyError `ERR_OPTIONS_INVALID`, `ERR_FIXTURES_INVALID`, `ERR_STORE_…`, `ERR_PORT_IN_USE`, `ERR_LISTEN`
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  checkServerOptions(options)
  const storeUrl = options.store ?? 'memory'
  if (isNew(storeUrl)) prepareKeys()
  const logger = await createLogger(options.logLevel ?? 'info')
  const store = await openStore(storeUrl)
  try {
    const cookieSigner = new CookieSigner(await keepCookieSecrets(store))
    const render = createRender()
    const authority = new Authority(store.bucket(processBucket))
    const { tls, clients } = await setUpCertificates(options, authority, folderOf(storeUrl), (name) =>
      registry.flawFor(name),
    )
    let origin = originAt(options.port ?? 9400, options.host, tls === undefined ? 'http' : 'https')
    const warn = (message: string) => logger.warn(message)
    const registry = new Issuers(store, {
      render,
      cookieSigner,
      fallbackOrigin: () => origin,
      clientTrust: clients,
      warn,
    })
    const source = await FixturesSource.open(loadOptions(options, registry), {
      async onChange(fixtures) {
        await registry.adopt(fixtures)
        logger.info('The fixtures have changed and are in force')
      },
      onError: (error) =>
        logger.error(`The fixtures have changed, but the last good ones stay in force. ${error.message}`),
    })
    await registry.adopt(source.current)
    await registry.resume()
    const refresh = options.watch === false ? () => undefined : () => source.refresh()
    const control = createControl(registry, authority, refresh)
    const { main, admin, http, drain } = await listenOn(
      { ...options, tls },
      {
        issuers: registry,
        control,
        render,
        logger,
        cookieSigner,
        adminToken: options.adminToken,
        adminHosts: () => [...(options.adminHosts ?? []), options.host ?? 'localhost', ...issuerHosts(registry)],
        refresh,
      },
    )
    origin = main.origin
    let closing: Promise<void> | undefined
    return {
      url: origin,
      adminUrl: admin.origin,
      httpUrl: http?.origin,
      control,
      registry,
      issuers: [...registry.all()].map(({ name, provider }) => ({ name, url: provider.naming.issuerFor(undefined) })),
      close() {
        closing ??= close(drain, registry, store, logger)
        return closing
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

/**
 * Reads fixtures and checks them as a start would, and their scenarios as switching them on would, without starting anything.
 *
 * @throws UnderstudyError `ERR_FIXTURES_INVALID`
 */
export async function checkFixtures(options: Pick<ServerOptions, 'fixtures' | 'inline' | 'env'>): Promise<Fixtures> {
  const environment = {
    render: createRender(),
    cookieSigner: new CookieSigner([]),
    fallbackOrigin: () => originAt(9400),
    // Whether they will be served by HTTPS nobody has said.
    clientTrust: { tls: true, header: undefined, authorities: [] },
  }
  const registry = new Issuers(memoryStore(), environment)
  return loadFixtures({
    ...loadOptions(options, registry),
    checkIssuer: async (issuer) => [...checkScenarios(issuer), ...(await registry.checkIssuer(issuer))],
  })
}

function loadOptions(options: ServerOptions, registry: Issuers): LoadOptions {
  const { fixtures = [], inline, issuerUrl, browserUrl, persona, env = process.env } = options
  // A persona of a named provider brings a user and a client of its own.
  const bringsOwn = persona !== undefined && persona !== generic.name
  const nothingGiven = fixtures.length === 0 && inline === undefined && !bringsOwn
  return {
    paths: nothingGiven ? [join(packageRoot(), 'data', 'fixtures.yaml')] : fixtures,
    inline,
    overrides: { issuer: issuerUrl, browser_url: browserUrl, persona },
    env,
    checkIssuer: (settings) => registry.checkIssuer(settings),
  }
}

/** The secrets that sign cookies, kept so that a browser stays signed in over a restart. */
async function keepCookieSecrets(store: Store): Promise<string[]> {
  const bucket = store.bucket(processBucket)
  const stored = await bucket.get('CookieKeys', 'current')
  if (stored !== undefined) return stored.value as string[]
  const made = [randomBytes(32).toString('base64url')]
  await bucket.put('CookieKeys', 'current', { value: made })
  return made
}

/** Where a store keeps its files; undefined where it keeps none. */
function folderOf(storeUrl: string): string | undefined {
  const file = fileOf(storeUrl)
  return file && dirname(file)
}

function* issuerHosts(registry: Issuers): Iterable<string> {
  for (const { provider } of registry.all()) for (const name of provider.naming.names()) yield new URL(name).hostname
}

async function close(drain: () => Promise<unknown>, registry: Issuers, store: Store, logger: Logger): Promise<void> {
  const drained = drain()
  for (const { waits, journal } of registry.all()) {
    waits.end()
    journal.end()
  }
  await drained
  await store.close()
  logger.flush()
}
