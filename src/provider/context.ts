import type { ClientTrust } from '../certificates/client.ts'
import type { Client } from '../domain/client.ts'
import type { Clock } from '../domain/clock.ts'
import type { Exchange, Identity, SignIn } from '../domain/exchange.ts'
import type { IssuerHooks, IssuerSettings } from '../domain/issuer.ts'
import type { OutgoingCall } from '../domain/outcome.ts'
import type { Render } from '../domain/pages.ts'
import type { Scope } from '../domain/scope.ts'
import type { KnownFaults } from '../faults/catalog.ts'
import type { FiredNotice, FiredResponse, FiredToken } from '../faults/fired.ts'
import type { TokenType } from '../faults/jwt.ts'
import type { Persona } from '../personas/persona.ts'
import type { Bucket } from '../store/store.ts'
import type { Users } from './accounts.ts'
import type { CookieSigner } from './cookie-signer.ts'
import type { IssuerNames, Naming } from './hosts.ts'
import type { SigningKeys } from './keys.ts'

/** An error that takes the place of an authorization's own outcome. */
export interface AuthorizationFault {
  body: Record<string, unknown>
  /** Whether it is told on a page, with this status, rather than by redirect. */
  page?: true
  status: number
}

/** Where clients that register themselves are kept. */
export interface ClientRegistrations {
  /**
   * Puts a client in force, from the next request on.
   *
   * @throws UnderstudyError `ERR_FIXTURES_INVALID`, `ERR_STORE_WRITE`
   */
  put(clientId: string, metadata: Record<string, unknown>): Promise<void>
  /** @throws UnderstudyError `ERR_STORE_WRITE` */
  delete(clientId: string): Promise<void>
}

/** What one issuer's provider is made from. */
export interface ProviderOptions {
  name: string
  settings: IssuerSettings
  hooks: IssuerHooks
  /** The faults by which tokens that are made by hand can be changed. */
  knownFaults: KnownFaults
  persona: Persona
  bucket: Bucket
  clock: Clock
  keys: SigningKeys
  /** Signs cookies; the same as that of the application around it. */
  cookieSigner: CookieSigner
  names: IssuerNames
  /** The origin where no request tells it. */
  fallbackOrigin: () => string
  render: Render
  /** How clients' certificates get here; undefined where none can. */
  clientTrust?: ClientTrust | undefined
  /**
   * Asked once for every authorization, after its client and redirect URI are known to be right; and once more for each
   * person who signs in during it.
   */
  authorizationFault: (exchange: Exchange, signIn?: SignIn) => Promise<AuthorizationFault | undefined>
  /**
   * Asked of every token that is about to be signed: the faults that change it, in order; undefined, at once, where
   * nothing armed could.
   *
   * @param holder whom it is made for, and what for
   */
  tokenFaults: (
    exchange: Exchange,
    token: TokenType,
    holder: Pick<Identity, 'client' | 'user' | 'scope'>,
  ) => Promise<FiredToken[]> | undefined
  /**
   * Asked of every authorization response that is about to leave: the faults that change it, in order; undefined, at
   * once, where nothing armed could.
   *
   * @param holder whose authorization it is
   */
  responseFaults: (
    exchange: Exchange,
    holder: Pick<Identity, 'client' | 'user' | 'scope'>,
  ) => Promise<FiredResponse[]> | undefined
  /**
   * Asked before a client is told of a logout: the fault of how that is done; undefined, at once, where nothing armed
   * could be one.
   *
   * @param holder who is told, and whose logout it is
   */
  noticeFault: (
    exchange: Exchange,
    holder: Pick<Identity, 'client' | 'user' | 'scope'>,
  ) => Promise<FiredNotice | undefined> | undefined
  /** Waits for a time in milliseconds; false where that was cut short, since all is reset or ends. */
  pass: (ms: number) => Promise<boolean>
  registrations: ClientRegistrations
  /** Told of each call that the provider has made itself. */
  onCall: (call: OutgoingCall) => void
}

/** What the parts of one issuer's provider share. */
export interface IssuerContext extends ProviderOptions {
  clients: ReadonlyMap<string, Client>
  users: Users
  naming: Naming
  /** The scopes that there are. */
  scopes: Readonly<Record<string, Scope>>
  /** Claims that some scope names. */
  named: ReadonlySet<string>
  /** The name of the issuer that this client knows; undefined where it has but one. */
  nameFor(clientId: string | undefined): string | undefined
}
