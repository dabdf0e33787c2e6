import { allScopes, namedClaims } from '../domain/claims.ts'
import type { Client } from '../domain/client.ts'
import { rootIssuer, withoutSlash } from '../domain/issuer.ts'
import { openClients } from '../domain/open.ts'
import { indexUsers, openUsers } from './accounts.ts'
import type { IssuerContext, ProviderOptions } from './context.ts'
import { createNaming } from './hosts.ts'

/** Works out what the parts of an issuer's provider go by. */
export function createContext(options: ProviderOptions): IssuerContext {
  const { settings, name } = options
  const declared = settings.clients
  const clients: ReadonlyMap<string, Client> = settings.open
    ? openClients(declared)
    : new Map<string, Client>(declared.map((client) => [client.client_id, client]))
  const users = indexUsers(settings.users)
  const naming = createNaming(options.names, mountOf(name), options.fallbackOrigin)
  const { browser } = options.names
  const scopes = allScopes(settings.scopes)
  return {
    ...options,
    clients,
    users: settings.open ? openUsers(users) : users,
    naming,
    scopes: options.persona.openid === false ? settings.scopes : scopes,
    named: namedClaims(scopes),
    nameFor(clientId) {
      const client = clientId === undefined ? undefined : clients.get(clientId)
      if (client === undefined || options.names.issuer === 'auto') return undefined
      const own = client.issuer
      if (own !== undefined) return naming.names().find((name) => withoutSlash(name) === own) ?? own
      return browser !== undefined && client.token_endpoint_auth_method === 'none' ? browser : options.names.issuer
    },
  }
}

/** The path of an issuer below its origin: none for the root. */
export function mountOf(name: string): string {
  return name === rootIssuer ? '' : `/${name}`
}
