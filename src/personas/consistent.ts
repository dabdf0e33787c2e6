import { type PathName, type Persona, personaGrants } from './persona.ts'

type Grant = (typeof personaGrants)[number]

/** The endpoints that a grant cannot do without. */
const neededBy: Readonly<Record<Grant, readonly PathName[]>> = {
  authorization_code: ['authorization', 'token'],
  implicit: ['authorization'],
  refresh_token: ['token'],
  client_credentials: ['token'],
  device_code: ['device_authorization', 'device_verification', 'token'],
  ciba: ['backchannel_authentication', 'token'],
  password: ['token'],
  token_exchange: ['token'],
  jwt_bearer: ['token'],
}

const ofGrants = new Set(Object.values(neededBy).flat())

/**
 * Takes from a persona the grants whose endpoints it lacks, and the endpoints that no grant of it has a use for, so that
 * nothing is there, or told of, that leads nowhere.
 */
export function consistent(persona: Persona): Persona {
  const { without: lacking = [], grant_types: wanted = personaGrants } = persona
  const grants = wanted.filter((grant) => !neededBy[grant].some((name) => lacking.includes(name)))
  const used = new Set(grants.flatMap((grant) => neededBy[grant]))
  const without = new Set([...lacking, ...[...ofGrants].filter((name) => !used.has(name))])
  if (without.has('authorization')) without.add('pushed_authorization_request')
  if (persona.openid === false) without.add('userinfo')
  return {
    ...persona,
    ...(grants.length < personaGrants.length && { grant_types: [...grants] }),
    ...(without.size > 0 && { without: [...without] }),
  }
}

/** Whether a persona has a grant. */
export function hasGrant({ grant_types: grants }: Pick<Persona, 'grant_types'>, grant: Grant): boolean {
  return grants === undefined || grants.includes(grant)
}

/** Whether a persona has what a response type is made of. */
export function hasResponseType(persona: Pick<Persona, 'grant_types' | 'openid'>, type: string): boolean {
  const words = type.split(' ')
  if (words.includes('id_token') && persona.openid === false) return false
  if (words.includes('code') && !hasGrant(persona, 'authorization_code')) return false
  return words.every((word) => word === 'code' || word === 'none') || hasGrant(persona, 'implicit')
}
