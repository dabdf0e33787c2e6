import type { Finding } from '../fixtures/mistakes.ts'
import { personaFor } from '../fixtures/persona-choice.ts'
import type { IssuerFixtures } from '../fixtures/schema.ts'
import { findAlgorithmMistakes } from '../provider/algorithms.ts'
import type { SigningKeys } from '../provider/keys.ts'
import { findClientMistakes } from '../provider/provider.ts'

/**
 * What is wrong with an issuer's algorithms, and with its clients in the words of the provider that would serve them:
 * by the path within the issuer.
 */
export function findIssuerMistakes(settings: IssuerFixtures, keys: SigningKeys): Finding[] {
  const findings = findAlgorithmMistakes(settings, keys)
  // Clients take over the algorithm of their issuer, and would each complain of it again.
  if (findings.some(({ path }) => path[0] === 'id_token')) return findings
  const ofClients = findClientMistakes(settings, personaFor(settings.persona), keys)
  return [...findings, ...ofClients.map(({ index, message }) => ({ path: ['clients', index], message }))]
}
