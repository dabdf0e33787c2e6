import type { Control } from '../control/control.ts'
import type { IssuerSummary } from '../control/issuers.ts'
import { UnderstudyError } from '../errors.ts'
import type { IssuerModule } from '../fixtures/define.ts'
import { type Certificates, certificatesOf } from './certificates.ts'
import { issuerOf } from './issuer.ts'
import type { UnderstudyIssuer } from './verbs.ts'

/** An issuer to be created: its name, made up where it is left out, and all that an issuer has in the fixtures. */
export type NewIssuer = IssuerModule & { name?: string }

/** An issuer that a program has created; disposing of it ends it and forgets all that it stored. */
export interface CreatedIssuer extends UnderstudyIssuer, AsyncDisposable {}

/** A running Understudy, in this process or elsewhere, whose own verbs are those of its root issuer. */
export interface Understudy extends UnderstudyIssuer, AsyncDisposable {
  /** Where it listens, whatever its issuers are called. */
  readonly origin: string
  /** Where its admin API listens: at the same origin, unless it has a port of its own. */
  readonly adminUrl: string
  /** Where plain HTTP is spoken beside HTTPS, if it was started so in this process. */
  readonly httpUrl?: string | undefined
  readonly certificates: Certificates
  issuers(): Promise<IssuerSummary[]>
  /**
   * A named issuer.
   *
   * @throws UnderstudyError `ERR_ISSUER_UNKNOWN`
   */
  issuer(name: string): UnderstudyIssuer
  /**
   * Starts one more issuer beside those of the fixtures, whose reloads leave it alone: one a test, for instance.
   *
   * @throws UnderstudyError `ERR_ISSUER_EXISTS`, or `ERR_FIXTURES_INVALID` with every mistake
   */
  createIssuer(declared?: NewIssuer): Promise<CreatedIssuer>
  /** Ends it where it runs in this process; one that runs elsewhere is let go of, and stays. */
  close(): Promise<void>
}

/** What is behind an Understudy: all that differs between one in this process and one elsewhere. */
export interface Server {
  control: Control
  origin: string
  adminUrl: string
  httpUrl?: string | undefined
  /** The identifier of an issuer. @throws UnderstudyError `ERR_ISSUER_UNKNOWN` */
  urlOf(name: string): string
  close(): Promise<void>
}

const rootIssuer = 'default'

// Node before 18.18 has no such symbol, and compilers then look for this one.
const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')

export function understudyOf({ control, origin, adminUrl, httpUrl, urlOf, close }: Server): Understudy {
  const issuer = (name: string) => issuerOf(control, origin, name, urlOf(name))

  async function createIssuer(declared?: NewIssuer): Promise<CreatedIssuer> {
    const { name, issuer: url } = await control.createIssuer({ ...declared })
    return { ...issuerOf(control, origin, name, url), [asyncDispose]: () => end(name) }
  }

  /** What is gone already, or has come to be declared by the fixtures, is let be. */
  async function end(name: string): Promise<void> {
    await control.endIssuer(name).catch((error: unknown) => {
      const isOver =
        error instanceof UnderstudyError && ['ERR_ISSUER_UNKNOWN', 'ERR_ISSUER_DECLARED'].includes(error.code)
      if (!isOver) throw error
    })
  }

  return {
    ...issuer(rootIssuer),
    origin,
    adminUrl,
    httpUrl,
    certificates: certificatesOf(control),
    issuers: () => control.issuers(),
    issuer,
    createIssuer,
    close,
    [asyncDispose]: close,
  }
}
