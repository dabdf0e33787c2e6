import type { IssuerSettings } from '../domain/issuer.ts'
import { withSecrets } from './jose.ts'
import { type SigningKeys, signingAlgorithms } from './keys.ts'

/** The algorithm of JWT access tokens that nobody has chosen: they are checked by the JWKS, never by a secret. */
export function usualAlgorithm({ id_token: { signed_response_alg: alg } }: IssuerSettings, keys: SigningKeys): string {
  if (!alg.startsWith('HS')) return alg
  const able = signingAlgorithms(keys)
  return able.includes('RS256') ? 'RS256' : (able[0] ?? alg)
}

/** Finds signing algorithms that an issuer's keys cannot serve, by their paths within the issuer. */
export function findAlgorithmMistakes(
  settings: IssuerSettings,
  keys: SigningKeys,
): { path: (string | number)[]; message: string }[] {
  const able = signingAlgorithms(keys)
  const all = [...able, ...withSecrets]
  const { access_token: accessToken, id_token: idToken, clients, resources } = settings
  const chosen: [path: (string | number)[], alg: string | undefined, choices: string[]][] = [
    [['id_token'], idToken.signed_response_alg, all],
    [['access_token'], accessToken.signed_response_alg, able],
    ...clients.map(({ access_token: own }, index): (typeof chosen)[number] => {
      return [['clients', index, 'access_token'], own?.signed_response_alg, able]
    }),
    ...Object.entries(resources).map(([name, { access_token: own }]): (typeof chosen)[number] => {
      return [['resources', name, 'access_token'], own?.signed_response_alg, able]
    }),
  ]
  return chosen.flatMap(([path, alg, choices]) => {
    if (alg === undefined || choices.includes(alg)) return []
    const message = `the issuer has no key that signs with "${alg}". There are: ${choices.join(', ')}. Name a file with such a key in keys`
    return [{ path: [...path, 'signed_response_alg'], message }]
  })
}
