import type { Middleware } from 'koa'
import type Provider from 'oidc-provider'
import type { IssuerContext } from '../context.ts'
import { keepOwnScopes } from '../known-scopes.ts'
import { type GrantHandler, internals } from '../private.ts'
import { shapeAnswers } from './answers.ts'
import { shapeErrors } from './errors.ts'
import { limitGrants, limitResponseTypes, markRefreshTokens, narrowEarlier, requirePasswordScope } from './grants.ts'
import { tellPersona } from './metadata.ts'
import { hideEndpoints, limitAuthentication, redirectDevices, takeQueries } from './requests.ts'
import { askUsualScope } from './usual-scope.ts'

/** Has a provider be what its persona says; nothing is put where the persona says nothing. */
export function wearPersona(provider: Provider, issuer: IssuerContext): void {
  const { persona } = issuer
  keepOwnScopes(provider, issuer)
  limitGrants(provider, persona)
  limitResponseTypes(provider, persona)
  markRefreshTokens(provider, persona)
  askUsualScope(provider, persona)
  for (const shape of [shapeErrors(persona), shapeAnswers(issuer), tellPersona(persona)]) {
    if (shape !== undefined) provider.use(shape as unknown as Parameters<Provider['use']>[0])
  }
  const { grantTypeHandlers } = internals(provider)
  const password = grantTypeHandlers.get('password')
  if ((persona.openid === false || persona.default_scope !== undefined) && password !== undefined) {
    grantTypeHandlers.set('password', requirePasswordScope(password, persona))
  }
  if (!persona.narrowing) return
  const refresh = grantTypeHandlers.get('refresh_token') as GrantHandler
  grantTypeHandlers.set('refresh_token', narrowEarlier(refresh, issuer))
}

/** What stands before the provider in the way of each request; nothing for most personas. */
export function beforePersona({ persona }: IssuerContext): Middleware[] {
  return [
    ...hideEndpoints(persona),
    ...redirectDevices(persona),
    ...takeQueries(persona),
    ...limitAuthentication(persona),
  ]
}
