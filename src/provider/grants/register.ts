import type Provider from 'oidc-provider'
import { grantTypeAliases } from '../../domain/client.ts'
import type { IssuerContext } from '../context.ts'
import type { GrantHandler } from '../private.ts'
import { jwtBearerGrant, jwtBearerParameters } from './jwt-bearer.ts'
import { passwordGrant, passwordParameters } from './password.ts'
import { tokenExchangeGrant, tokenExchangeParameters } from './token-exchange.ts'

interface FurtherGrant {
  grantType: string
  parameters: string[]
  /** Parameters that may stand more than once. */
  repeatable: string[]
  handler(provider: Provider, issuer: IssuerContext): GrantHandler
}

/** The grants that the provider does not bring along. */
const furtherGrants: readonly FurtherGrant[] = [
  { grantType: 'password', parameters: passwordParameters, repeatable: ['resource'], handler: passwordGrant },
  {
    grantType: grantTypeAliases.token_exchange as string,
    parameters: tokenExchangeParameters,
    repeatable: ['resource', 'audience'],
    handler: tokenExchangeGrant,
  },
  {
    grantType: grantTypeAliases.jwt_bearer as string,
    parameters: jwtBearerParameters,
    repeatable: ['resource', 'audience'],
    handler: jwtBearerGrant,
  },
]

/** Teaches a provider the grants that it does not bring along. */
export function registerGrants(provider: Provider, issuer: IssuerContext): void {
  for (const { grantType, parameters, repeatable, handler } of furtherGrants) {
    provider.registerGrantType(grantType, handler(provider, issuer), parameters, repeatable)
  }
}
