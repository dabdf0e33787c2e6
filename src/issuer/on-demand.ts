import { rootIssuer, templateIssuer } from '../domain/issuer.ts'
import { UnderstudyError } from '../errors.ts'
import { personaFor } from '../fixtures/persona-choice.ts'
import { type IssuerFixtures, isIssuerName } from '../fixtures/schema.ts'

/** How many issuers may be made by requests: each takes some memory until it is ended. */
const mostIssuers = 1000

const documents = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']

/** A path below an issuer that may not be there yet. */
const below = /^\/([^/]+)(\/.+)$/

/** A document that describes an issuer, or one of its resources, its name behind that of the document. */
const describing = /^(\/\.well-known\/[\w-]+)\/([^/]+)(\/.*)?$/

/** The issuers that are made by their first request, all after one template. */
export class IssuersOnDemand {
  readonly #names = new Set<string>()
  readonly #starting = new Map<string, Promise<void>>()
  readonly #most: number
  #template: IssuerFixtures | undefined
  /** The first segments of what the root issuer serves. */
  #taken: ReadonlySet<string> = new Set()

  /** @param most how many there may be at once */
  constructor(most = mostIssuers) {
    this.#most = most
  }

  /** @param template what the fixtures declare under "*", if they do */
  adopt(template: IssuerFixtures | undefined, root: IssuerFixtures | undefined): void {
    this.#template = template
    const paths = Object.values(root?.resources ?? {}).flatMap(({ path }) => path ?? [])
    this.#taken = new Set(paths.map((path) => path.split('/')[1] ?? ''))
  }

  has(name: string): boolean {
    return this.#names.has(name)
  }

  forget(name: string): boolean {
    return this.#names.delete(name)
  }

  /** What the template makes of a name; undefined where there is none any more, or the issuer was not made by it. */
  settingsOf(name: string): IssuerFixtures | undefined {
    const template = this.#template
    if (template === undefined || !this.#names.has(name)) return undefined
    const named = (url: string) => (url.endsWith(`/${templateIssuer}`) ? url.slice(0, -1) + name : url)
    const { issuer, browser_url: browser } = template
    return { ...template, issuer: named(issuer), ...(browser !== undefined && { browser_url: named(browser) }) }
  }

  /**
   * The name of the issuer that a path asks for, where the template can make it; undefined where nothing of an issuer is
   * asked for there, so that a mistyped path makes none.
   */
  nameIn(path: string): string | undefined {
    if (this.#template === undefined) return undefined
    const [, document = '', described, rest = ''] = describing.exec(path) ?? []
    const [, segment, inner = ''] = below.exec(path) ?? []
    const name = described ?? segment
    const asked = described === undefined ? inner : document + rest
    if (name === undefined || name === rootIssuer || this.#taken.has(name) || !isIssuerName(name)) return undefined
    return this.#serves(asked, this.#template) ? name : undefined
  }

  /**
   * Starts an issuer, once however many ask at the same time.
   *
   * @throws UnderstudyError `ERR_ISSUERS_FULL` (403)
   */
  start(name: string, start: (settings: IssuerFixtures) => Promise<unknown>): Promise<void> {
    const under = this.#starting.get(name)
    if (under !== undefined) return under
    const starting = this.#begin(name, start).finally(() => this.#starting.delete(name))
    this.#starting.set(name, starting)
    return starting
  }

  async #begin(name: string, start: (settings: IssuerFixtures) => Promise<unknown>): Promise<void> {
    try {
      if (this.#names.size >= this.#most) throw this.#full(name)
      this.#names.add(name)
      const settings = this.settingsOf(name)
      if (settings !== undefined) await start(settings)
    } catch (error) {
      this.#names.delete(name)
      throw error
    }
  }

  #serves(path: string, { persona, resources }: IssuerFixtures): boolean {
    const folded = path.toLowerCase().replace(/\/$/, '')
    if (documents.includes(folded)) return true
    const served = Object.values(resources).flatMap((resource) => resource.path ?? [])
    if (served.some((each) => path === `/.well-known/oauth-protected-resource${each}`)) return true
    const paths: string[] = [...Object.values<string>(personaFor(persona).endpoints), ...served]
    return paths.some((each) => each.toLowerCase() === folded)
  }

  #full(name: string): UnderstudyError {
    const message = `Failed to make the issuer "${name}": ${this.#most} have been made by requests already. End some with \`understudy issuers end\` or DELETE /_understudy/api/issuers/{name}.`
    return new UnderstudyError('ERR_ISSUERS_FULL', 403, message)
  }
}
