import type Provider from 'oidc-provider'
import type { Persona } from '../../personas/persona.ts'
import { checkScopesAfter } from '../private-stacks.ts'

const usualScopes = new WeakMap<Provider, string>()

/**
 * Has an authorization request that names no scope ask for those that the persona then gives, whether it came by query or
 * form, was pushed, or is an object.
 */
export function askUsualScope(provider: Provider, { default_scope: usual }: Persona): void {
  if (usual !== undefined) usualScopes.set(provider, usual.join(' '))
}

checkScopesAfter(function nameScope({ oidc }, next) {
  const usual = usualScopes.get(oidc.provider)
  const params = (oidc.params ?? {}) as { scope?: string }
  if (usual !== undefined && !params.scope) params.scope = usual
  return next()
})
