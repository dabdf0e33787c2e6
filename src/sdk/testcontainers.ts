import { statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { AbstractStartedContainer, GenericContainer, type StartedTestContainer, Wait } from 'testcontainers'
import { refuseFunction } from '../control/http-client/ask.ts'
import { version } from '../control/version.ts'
import type { FixturesInput } from '../fixtures/schema.ts'
import { authorityAt } from './authority.ts'
import { type ConnectOptions, connect } from './connect.ts'
import { trustAuthority } from './trust.ts'
import type { Understudy } from './understudy.ts'

export type * from './types.ts'

/** Where the server listens inside of its container. */
const port = 9400

/** A folder of our own: the image's own fixtures stay out of those that a test gives. */
const folder = '/understudy-fixtures'

/** Understudy in a container, for Testcontainers. */
export class UnderstudyContainer extends GenericContainer {
  readonly #fixtures: string[] = []
  #adminToken: string | undefined
  #speaksTls = false

  /** @param image default: `understudy-idp` of the version of this package */
  constructor(image = `understudy-idp:${version}`) {
    super(image)
    this.withExposedPorts(port).withWaitStrategy(served())
  }

  /**
   * Serves these fixtures instead of the example; called again, the later are merged over the earlier.
   *
   * @param fixtures a document, or the path of a file or a folder
   */
  withFixtures(fixtures: FixturesInput | string): this {
    const count = this.#fixtures.length
    if (typeof fixtures !== 'string') {
      this.#serve(`${count}.json`)
      return this.withCopyContentToContainer([
        { content: JSON.stringify(fixtures, refuseFunction), target: `${folder}/${count}.json` },
      ])
    }
    const source = resolve(fixtures)
    // The list of paths has commas between them.
    const name = `${count}-${basename(source).replaceAll(',', '_')}`
    const target = `${folder}/${name}`
    this.#serve(name)
    // Whoever runs in the container may read them, however they lie here.
    return statSync(source).isDirectory()
      ? this.withCopyDirectoriesToContainer([{ source, target, mode: 0o755 }])
      : this.withCopyFilesToContainer([{ source, target, mode: 0o644 }])
  }

  /** Asks for this token at the admin API; `connect` of the started container has it. */
  withAdminToken(token: string): this {
    this.#adminToken = token
    return this.withEnvironment({ UNDERSTUDY_ADMIN_TOKEN: token })
  }

  /** Serves HTTPS, by an authority of its own, which this process trusts until the container is stopped (from Node 22.19 on). */
  withHttps(): this {
    this.#speaksTls = true
    return this.withEnvironment({ UNDERSTUDY_HTTPS: '1' }).withWaitStrategy(served().usingTls().allowInsecure())
  }

  /** What other containers call it, such as `http://understudy:9400` by a network alias; the issuer of all clients. */
  withIssuerUrl(url: string): this {
    return this.withEnvironment({ UNDERSTUDY_ISSUER_URL: url })
  }

  /** What a browser calls it, where that is another name; it needs a port that is known before, so a fixed one. */
  withBrowserUrl(url: string): this {
    return this.withEnvironment({ UNDERSTUDY_BROWSER_URL: url })
  }

  override async start(): Promise<StartedUnderstudyContainer> {
    const started = await super.start()
    const authority = this.#speaksTls ? await authorityAt(originOf(started, 'https')) : undefined
    return new StartedUnderstudyContainer(started, this.#adminToken, authority)
  }

  #serve(name: string): void {
    this.#fixtures.push(`${folder}/${name}`)
    this.withEnvironment({ UNDERSTUDY_FIXTURES: this.#fixtures.join(',') })
  }
}

const served = () => Wait.forHttp('/_understudy/health', port).forStatusCode(200)

const originOf = (container: StartedTestContainer, protocol: 'http' | 'https'): string =>
  `${protocol}://${container.getHost()}:${container.getMappedPort(port)}`

/** Understudy as it runs in its container. */
export class StartedUnderstudyContainer extends AbstractStartedContainer {
  readonly #adminToken: string | undefined
  readonly #authority: string | undefined
  readonly #distrust: (() => void) | undefined

  /** @param authority the certificate by which it speaks HTTPS, as PEM; left out: it speaks HTTP */
  constructor(container: StartedTestContainer, adminToken?: string, authority?: string) {
    super(container)
    this.#adminToken = adminToken
    this.#authority = authority
    this.#distrust = authority === undefined ? undefined : trustAuthority(authority)
  }

  /** The issuer as this process and browsers of this machine reach it, unless `withIssuerUrl` has said otherwise. */
  getIssuerUrl(name = 'default'): string {
    const origin = originOf(this, this.#authority === undefined ? 'http' : 'https')
    return name === 'default' ? origin : `${origin}/${encodeURIComponent(name)}`
  }

  /** The certificate of the authority of its HTTPS, as PEM, for clients in other processes; undefined without `withHttps`. */
  getAuthority(): string | undefined {
    return this.#authority
  }

  /** Takes hold of it: every verb of the library. */
  connect(options: Omit<ConnectOptions, 'adminToken'> = {}): Promise<Understudy> {
    return connect(this.getIssuerUrl(), { ...options, adminToken: this.#adminToken })
  }

  protected override async containerStopped(): Promise<void> {
    this.#distrust?.()
  }
}
