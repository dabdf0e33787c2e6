import Provider from 'oidc-provider'
import { Clock } from '../domain/clock.ts'
import { type IssuerSettings, rootIssuer } from '../domain/issuer.ts'
import { catalogFaults } from '../faults/catalog.ts'
import type { Persona } from '../personas/persona.ts'
import { memoryStore } from '../store/memory.ts'
import { type ClientMistake, checkClients } from './clients.ts'
import { configure } from './configuration.ts'
import { CookieSigner } from './cookie-signer.ts'
import { registerGrants } from './grants/register.ts'
import { createContext } from './issuer-context.ts'
import type { SigningKeys } from './keys.ts'
import { takeTokenAlone } from './private.ts'

/**
 * What is wrong with clients' metadata, in the provider's own words, which know more than a schema can say.
 *
 * @returns one mistake a client at the most, with its index among the issuer's clients
 */
export function findClientMistakes(settings: IssuerSettings, persona: Persona, keys: SigningKeys): ClientMistake[] {
  if (settings.clients.length === 0) return []
  const issuer = createContext({
    name: rootIssuer,
    settings,
    hooks: {},
    knownFaults: catalogFaults,
    persona,
    bucket: memoryStore().bucket(rootIssuer),
    clock: new Clock(),
    keys,
    cookieSigner: new CookieSigner([]),
    names: { issuer: 'auto' },
    fallbackOrigin: () => 'http://localhost',
    render: async () => '',
    authorizationFault: async () => undefined,
    tokenFaults: () => undefined,
    responseFaults: () => undefined,
    noticeFault: () => undefined,
    pass: async () => false,
    registrations: { put: async () => {}, delete: async () => {} },
    onCall: () => {},
  })
  const provider = new Provider('http://localhost', configure(issuer))
  registerGrants(provider, issuer)
  takeTokenAlone(provider)
  return checkClients(provider, settings.clients)
}
