import type { Client } from '../domain/client.ts'
import type { IssuerSettings } from '../domain/issuer.ts'
import type { Signs } from '../faults/unsigned.ts'
import type { Persona } from '../personas/persona.ts'

/** Knows what an issuer signs for its clients; of those that it does not know by its settings, anything may be. */
export function createSigns(settings: IssuerSettings, persona: Pick<Persona, 'access_tokens'>): Signs {
  const declared: readonly Client[] = settings.clients
  const mayHaveOthers = settings.open || settings.registration.enabled || declared.length === 0

  const elsewhere = [
    ...Object.values(persona.access_tokens ?? {}),
    ...Object.values(settings.resources).map((resource) => resource.access_token),
  ]
  const hasJwtElsewhere = elsewhere.some((each) => each?.format === 'jwt')

  function signsFor(client: Client, token: Parameters<Signs>[0]): boolean {
    if (token === 'userinfo') return client.userinfo_signed_response_alg !== undefined
    if (token === 'introspection') return client.introspection_signed_response_alg !== undefined
    if (token === 'logout_token') return client.backchannel_logout_uri !== undefined
    if (token !== 'access_token' || hasJwtElsewhere) return true
    return (client.access_token?.format ?? settings.access_token.format) !== 'opaque'
  }

  return function signs(token, clientId) {
    if (clientId === undefined) return mayHaveOthers || declared.some((client) => signsFor(client, token))
    const client = declared.find((each) => each.client_id === clientId)
    // Who introspects is not whom the token is for.
    return client === undefined || signsFor(client, token)
  }
}
