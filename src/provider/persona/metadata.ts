import type { KoaContextWithOIDC } from 'oidc-provider'
import { shortGrantType } from '../../domain/client.ts'
import { hasGrant, hasResponseType } from '../../personas/consistent.ts'
import type { PathName, Persona } from '../../personas/persona.ts'

/** The members of the metadata that tell of an endpoint, and of what it can. */
const membersOf: Readonly<Record<PathName, RegExp>> = {
  authorization:
    /^(?:authorization_|response_modes_|code_challenge_|request_|require_request_|require_signed_|claims_parameter_|prompt_values_|acr_values_|ui_locales_|(?:front|back)channel_logout_)/,
  token: /^(?:token_endpoint|dpop_|tls_client_certificate_)/,
  device_authorization: /^device_authorization_/,
  device_verification: /^device_authorization_/,
  userinfo: /^userinfo_/,
  introspection: /^introspection_/,
  revocation: /^revocation_/,
  pushed_authorization_request: /^(?:pushed_authorization_|require_pushed_)/,
  backchannel_authentication: /^backchannel_(?:authentication|token|user_code)_/,
  registration: /^registration_/,
  end_session: /^(?:end_session_|frontchannel_logout_)/,
  jwks: /^jwks_/,
}

/** Members that tell of OpenID Connect alone. */
const ofOpenId =
  /^(?:id_token_|userinfo_|subject_types_|claims_|claim_types_|acr_values_|(?:front|back)channel_logout_)/

/**
 * Has discovery tell of nothing that the persona lacks.
 *
 * @returns undefined where it lacks nothing
 */
export function tellPersona(persona: Persona) {
  const { without = [], openid, response_iss: iss, token_endpoint_auth_methods: secretMethods } = persona
  const untold = without.map((name) => membersOf[name])
  if (openid === false) untold.push(ofOpenId)
  if (iss === false) untold.push(/^authorization_response_iss_/)
  if (!hasGrant(persona, 'authorization_code')) untold.push(/^code_challenge_/)
  if (untold.length === 0 && persona.grant_types === undefined && secretMethods === undefined) return undefined

  return async function toldPersona(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
    await next()
    if (ctx.oidc?.route !== 'discovery' || ctx.status !== 200) return
    const told = Object.entries(ctx.body as Record<string, unknown>)
      .filter(([name]) => !untold.some((members) => members.test(name)))
      .map(([name, value]) => [name, Array.isArray(value) ? value.filter(kept(name)) : value])
    ctx.body = Object.fromEntries(told)
  }

  function kept(name: string): (value: string) => boolean {
    if (name === 'grant_types_supported') return (grant) => hasGrant(persona, shortGrantType(grant) as 'implicit')
    if (name === 'response_types_supported')
      return (type) => !without.includes('authorization') && hasResponseType(persona, type)
    if (name === 'scopes_supported') return (scope) => scope !== 'offline_access' || hasGrant(persona, 'refresh_token')
    if (name.endsWith('_endpoint_auth_methods_supported')) return isTaken
    return () => true
  }

  function isTaken(method: string): boolean {
    const isSecret = method === 'client_secret_basic' || method === 'client_secret_post'
    return !isSecret || secretMethods?.includes(method) !== false
  }
}
