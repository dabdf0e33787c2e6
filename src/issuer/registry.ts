import { rootIssuer, withoutSlash } from '../domain/issuer.ts'
import { didYouMean, UnderstudyError } from '../errors.ts'
import type { CertificateFlaw } from '../faults/fault.ts'
import type { IssuerModule } from '../fixtures/define.ts'
import type { Finding } from '../fixtures/mistakes.ts'
import type { Fixtures, IssuerFixtures } from '../fixtures/schema.ts'
import { readIssuer } from '../fixtures/single.ts'
import { keepKeys, readKeys, type SigningKeys } from '../provider/keys.ts'
import type { Store } from '../store/store.ts'
import { findIssuerMistakes } from './check.ts'
import { type IssuerEnvironment, RunningIssuer } from './issuer.ts'
import { KeptIssuers } from './kept.ts'
import { IssuersOnDemand } from './on-demand.ts'

/** The bucket of what belongs to the process rather than to an issuer. No issuer can have this name. */
export const processBucket = '_process'

/** Which issuer a path belongs to, and what is left of the path. */
interface Match {
  issuer: RunningIssuer
  path: string
}

/** Where the resources of a named issuer describe themselves, by RFC 9728. */
const resourceDocument = /^(\/\.well-known\/oauth-protected-resource)\/([^/]+)(\/.*)$/

const wellKnown = /^(\/\.well-known\/(?:oauth-authorization-server|openid-configuration))\/([^/]+)\/?$/

/** All issuers of a process: the only place where one is wired. */
export class Issuers {
  readonly #store: Store
  readonly #environment: IssuerEnvironment
  readonly #byName = new Map<string, RunningIssuer>()
  /** Names of issuers that a program has created: the fixtures know nothing of them. */
  readonly #created = new Set<string>()
  readonly #kept: KeptIssuers
  readonly #onDemand = new IssuersOnDemand()
  /** Paths of fixed issuer URLs, which a proxy may or may not have taken off. */
  #basePaths: string[] = []

  constructor(store: Store, environment: IssuerEnvironment) {
    this.#store = store
    this.#kept = new KeptIssuers(store.bucket(processBucket))
    this.#environment = environment
  }

  /**
   * Makes the issuers be those of the fixtures: new ones start, known ones take their edits over, others end, except
   * those that a program has created.
   */
  async adopt({ issuers, template }: Fixtures): Promise<void> {
    this.#onDemand.adopt(template, issuers.get(rootIssuer))
    for (const name of issuers.keys()) this.#onDemand.forget(name)
    for (const name of [...this.#byName.keys()]) {
      if (issuers.has(name) || this.#created.has(name)) continue
      const settings = this.#onDemand.settingsOf(name)
      if (settings === undefined) await this.#forget(name)
      else await this.get(name).update(settings, await this.#keysOf(name, settings))
    }
    for (const [name, settings] of issuers) {
      if (this.#created.delete(name)) await this.#kept.forget(name)
      const known = this.#byName.get(name)
      if (known === undefined) await this.add(name, settings)
      else await known.update(settings, await this.#keysOf(name, settings))
    }
    this.#basePaths = basePathsOf(issuers.get(rootIssuer))
  }

  /** Starts the issuers again that were kept when they were created; to be asked once the fixtures are adopted. */
  async resume(): Promise<void> {
    for (const [name, declared] of await this.#kept.all()) {
      if (this.#byName.has(name)) await this.#kept.forget(name)
      else await this.create(name, declared).catch((error: Error) => this.#environment.warn?.(error.message))
    }
  }

  /**
   * Starts an issuer that no fixtures declare, until `end` is called with its name.
   *
   * @param declared as a fixtures module has it
   * @param options.kept whether it is to be there again after a restart, where it is all data
   * @throws UnderstudyError `ERR_ISSUER_EXISTS` (409), `ERR_FIXTURES_INVALID`
   */
  async create(name: string, declared: IssuerModule, { kept = false } = {}): Promise<RunningIssuer> {
    if (this.#byName.has(name) || this.isCreated(name)) {
      const message = `Failed to create the issuer "${name}": there is one already. Choose another name, or none to have one made up.`
      throw new UnderstudyError('ERR_ISSUER_EXISTS', 409, message)
    }
    this.#created.add(name)
    try {
      const { settings: root } = this.get(rootIssuer)
      const settings = await readIssuer(name, declared, root, (each) => this.checkIssuer(each))
      if (kept) await this.#kept.keep(name, declared)
      return await this.add(name, settings)
    } catch (error) {
      this.#created.delete(name)
      if (kept) await this.#kept.forget(name)
      throw error
    }
  }

  /** Ends an issuer that was created; one that the fixtures have come to declare stays. */
  async end(name: string): Promise<void> {
    if (this.#created.delete(name)) await this.#kept.forget(name)
    else if (!this.#onDemand.has(name)) return
    await this.#forget(name)
  }

  async #forget(name: string): Promise<void> {
    this.#onDemand.forget(name)
    await this.remove(name)
  }

  /**
   * Starts the issuer that a request asks for, where the fixtures have a template and it is not there yet.
   *
   * @param prefix what a proxy has taken off
   * @returns undefined where there is nothing to wait for
   * @throws UnderstudyError `ERR_ISSUERS_FULL` (403)
   */
  demand(requested: string, prefix = ''): Promise<void> | undefined {
    const name = this.#onDemand.nameIn(this.#withoutBase(requested, prefix))
    if (name === undefined || this.#byName.has(name) || this.#created.has(name)) return undefined
    return this.#onDemand.start(name, (settings) => this.add(name, settings))
  }

  /** Whether an issuer was created, and is none of the fixtures'. */
  isCreated(name: string): boolean {
    return this.#created.has(name) || this.#onDemand.has(name)
  }

  /** Starts one issuer. */
  async add(name: string, settings: IssuerFixtures): Promise<RunningIssuer> {
    const keys = await this.#keysOf(name, settings)
    const issuer = await RunningIssuer.resume(name, settings, keys, this.#store.bucket(name), this.#environment)
    this.#byName.set(name, issuer)
    return issuer
  }

  /** What a fault of any issuer has be wrong with the certificate of a handshake, which is nobody's yet; it counts. */
  flawFor(servername: string): CertificateFlaw | undefined {
    for (const { arming } of this.#byName.values()) {
      const fired = arming.takeHandshake(servername)
      if (fired !== undefined) return fired.fault.flaw
    }
    return undefined
  }

  /** Ends one issuer and forgets all that it stored. */
  async remove(name: string): Promise<void> {
    const issuer = this.#byName.get(name)
    this.#byName.delete(name)
    issuer?.end()
    await this.#store.drop(name)
  }

  /**
   * The issuer of this name.
   *
   * @throws UnderstudyError `ERR_ISSUER_UNKNOWN` (404)
   */
  get(name: string): RunningIssuer {
    const issuer = this.#byName.get(name)
    if (issuer !== undefined) return issuer
    const hint = didYouMean(name, this.#byName.keys()) || ` There are: ${[...this.#byName.keys()].join(', ')}.`
    throw new UnderstudyError('ERR_ISSUER_UNKNOWN', 404, `Failed to find the issuer "${name}": there is none.${hint}`)
  }

  all(): Iterable<RunningIssuer> {
    return this.#byName.values()
  }

  /**
   * Finds the issuer that a path belongs to: a named one by the first segment, else the root.
   *
   * @param prefix what a proxy has taken off
   */
  match(requested: string, prefix = ''): Match {
    const path = this.#withoutBase(requested, prefix)
    const [, document, suffix] = path.startsWith('/.well-known/') ? (wellKnown.exec(path) ?? []) : []
    const named = this.#byName.get(suffix ?? '')
    if (document !== undefined && named !== undefined && suffix !== rootIssuer) return { issuer: named, path: document }
    const [, head = '', owner = '', rest = ''] = resourceDocument.exec(path) ?? []
    const describing = owner === rootIssuer ? undefined : this.#byName.get(owner)
    if (describing !== undefined) return { issuer: describing, path: head + rest }
    const end = path.indexOf('/', 1)
    const segment = end === -1 ? path.slice(1) : path.slice(1, end)
    const issuer = segment === rootIssuer ? undefined : this.#byName.get(segment)
    if (issuer !== undefined) return { issuer, path: end === -1 ? '/' : path.slice(end) }
    return { issuer: this.get(rootIssuer), path }
  }

  #withoutBase(path: string, prefix: string): string {
    if (this.#basePaths.length === 0 && prefix === '') return path
    for (const base of this.#basePaths) {
      if (path === base || path.startsWith(`${base}/`)) return path.slice(base.length) || '/'
    }
    const document = /^\/\.well-known\/[\w-]+/.exec(path)?.[0]
    if (document === undefined) return path
    // Behind the name of a document no proxy takes it off.
    for (const base of prefix === '' ? this.#basePaths : [...this.#basePaths, prefix]) {
      const suffixed = document + base
      if (path === suffixed || path.startsWith(`${suffixed}/`)) return document + path.slice(suffixed.length)
    }
    return path
  }

  /**
   * What is wrong with an issuer's algorithms, and with its clients in the words of the provider that would serve them:
   * by the path within the issuer.
   */
  async checkIssuer(settings: IssuerFixtures): Promise<Finding[]> {
    const { keys } = settings
    const likely = keys === 'own' ? { ...settings, keys: 'shared' } : settings
    return findIssuerMistakes(settings, await this.#keysOf(processBucket, likely), this.#environment)
  }

  async #keysOf(name: string, { keys }: IssuerFixtures): Promise<SigningKeys> {
    if (keys === 'shared') return keepKeys(this.#store.bucket(processBucket))
    return keys === 'own' ? keepKeys(this.#store.bucket(name)) : readKeys(keys)
  }
}

/** The paths below the origin at which a fixed root issuer stands. */
function basePathsOf(root: IssuerFixtures | undefined): string[] {
  const urls = [root?.issuer, root?.browser_url].filter((url) => url !== undefined && url !== 'auto')
  return [...new Set(urls.map((url) => new URL(withoutSlash(url as string)).pathname).filter((path) => path !== '/'))]
}
