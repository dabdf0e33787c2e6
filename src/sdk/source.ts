import type { IssuerCode } from '../fixtures/code.ts'
import { type ConnectOptions, connect } from './connect.ts'
import type { UnderstudyOptions } from './start.ts'
import type { NewIssuer, Understudy } from './understudy.ts'

/** Where tests find their Understudy: one that is started for them, or one that runs elsewhere. */
export type UnderstudySource = UnderstudyOptions | ({ connect: string | URL } & ConnectOptions)

/** Starts an Understudy, or takes hold of one; the server is not even loaded where it runs elsewhere. */
export async function openSource(source: UnderstudySource): Promise<Understudy> {
  if ('connect' in source) return connect(source.connect, source)
  const { startUnderstudy } = await import('./start.ts')
  return startUnderstudy(source)
}

/** What declares an issuer to be as the root issuer is, under a name of its own. */
export async function likeRoot(idp: Understudy, source: UnderstudySource): Promise<NewIssuer> {
  const { issuer: _issuer, browser_url: _browserUrl, keys: _keys, ...shared } = await idp.fixtures()
  return { ...shared, ...codeOf(source) }
}

/** The code of fixtures that are given as an object: no document has it. */
function codeOf(source: UnderstudySource): IssuerCode {
  const fixtures = 'connect' in source ? undefined : source.fixtures
  if (typeof fixtures !== 'object' || 'length' in fixtures) return {}
  const { claims, onToken, onRequest, ownFaults } = fixtures
  return { claims, onToken, onRequest, ownFaults }
}
