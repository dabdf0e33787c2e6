import type { Finding } from '../fixtures/mistakes.ts'
import { personaFor } from '../fixtures/persona-choice.ts'
import type { IssuerFixtures } from '../fixtures/schema.ts'
import { findAlgorithmMistakes } from '../provider/algorithms.ts'
import { findClientMistakes } from '../provider/client-mistakes.ts'
import type { SigningKeys } from '../provider/keys.ts'
import { findCertificateMistakes } from '../provider/mtls.ts'

/**
 * What is wrong with an issuer's algorithms, and with its clients in the words of the provider that would serve them:
 * by the path within the issuer.
 *
 * @param environment whether clients' certificates can get here
 */
export function findIssuerMistakes(
  settings: IssuerFixtures,
  keys: SigningKeys,
  { clientTrust }: { clientTrust?: unknown },
): Finding[] {
  const findings = findAlgorithmMistakes(settings, keys)
  // Clients take over the algorithm of their issuer, and would each complain of it again.
  if (findings.some(({ path }) => path[0] === 'id_token')) return findings
  const ofClients = findClientMistakes(settings, personaFor(settings.persona), keys)
  const ofCertificates = clientTrust === undefined ? findCertificateMistakes(settings.clients) : []
  findings.push(...ofCertificates.map(({ index, member, message }) => ({ path: ['clients', index, member], message })))
  const pathOf = (index: number, member?: string) => ['clients', index, member ?? []].flat()
  return [...findings, ...ofClients.map(({ index, member, message }) => ({ path: pathOf(index, member), message }))]
}
