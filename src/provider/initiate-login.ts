import { didYouMean, UnderstudyError } from '../errors.ts'
import type { IssuerContext } from './context.ts'

/** A login that begins elsewhere than at its client. */
export interface LoginInitiation {
  login_hint?: string | undefined
  target_link_uri?: string | undefined
  /** The issuer's name, where its clients know it by no other. Default: as nobody in particular knows it. */
  issuer?: string | undefined
}

/**
 * The link by which a third party has a client begin a login.
 *
 * @throws UnderstudyError `ERR_CLIENT_UNKNOWN` (404), `ERR_NO_INITIATE_LOGIN` (409)
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#ThirdPartyInitiatedLogin OpenID Connect Core 4}
 */
export function initiateLogin(
  { clients, nameFor, naming }: Pick<IssuerContext, 'clients' | 'nameFor' | 'naming'>,
  clientId: string,
  { login_hint: hint, target_link_uri: target, issuer }: LoginInitiation,
): string {
  const client = clients.get(clientId)
  const failed = `Failed to begin a login at "${clientId}"`
  if (client === undefined) {
    const guess = didYouMean(clientId, clients.keys())
    throw new UnderstudyError('ERR_CLIENT_UNKNOWN', 404, `${failed}: there is no such client.${guess}`)
  }
  const { initiate_login_uri: uri } = client
  if (uri === undefined) {
    const message = `${failed}: the client has no initiate_login_uri. Register one.`
    throw new UnderstudyError('ERR_NO_INITIATE_LOGIN', 409, message)
  }
  const url = new URL(uri)
  url.searchParams.set('iss', nameFor(clientId) ?? issuer ?? naming.issuerFor(undefined))
  if (hint !== undefined) url.searchParams.set('login_hint', hint)
  if (target !== undefined) url.searchParams.set('target_link_uri', target)
  return url.href
}
