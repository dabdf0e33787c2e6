import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import { isIdToken } from './trusted-jwt.ts'

interface HintedModel {
  validate(jwt: string, client: object): Promise<{ payload: Record<string, unknown> }>
}

/**
 * Takes nothing for an `id_token_hint` that is no ID token, though this issuer has signed it for the client.
 *
 * @see {@link https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout RP-Initiated Logout 2}
 */
export function checkHints(provider: Provider): void {
  const model = provider.IdToken as unknown as HintedModel
  const { validate } = model
  model.validate = async function validateHint(jwt, client) {
    const verified = await validate.call(this, jwt, client)
    if (isIdToken(jwt, verified.payload)) return verified
    throw new errors.InvalidRequest(
      'could not validate id_token_hint: it is a token of this issuer that is no ID token',
    )
  }
}
