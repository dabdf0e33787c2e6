import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import { personas } from '../../../src/personas/catalog.ts'

/** One issuer whose metadata are walked. */
export interface Shape {
  /** Its name among the issuers of the server. */
  issuer: string
  /** Whether the server that has it speaks HTTPS. */
  https: boolean
  /** Whether all of its algorithms are tried; where the keys are those of another issuer, a few are. */
  thorough: boolean
}

const address = { street_address: '1 Rabbit Hole', locality: 'Oxford', country: 'UK' }

/** A user who has every claim that there is a name for. */
const alice = {
  username: 'alice',
  password: 'wonderland',
  sub: '100101',
  user_code: '7351',
  claims: {
    name: 'Alice Liddell',
    family_name: 'Liddell',
    given_name: 'Alice',
    middle_name: 'Pleasance',
    nickname: 'Al',
    preferred_username: 'alice',
    profile: 'https://alice.example',
    picture: 'https://alice.example/picture.png',
    website: 'https://alice.example',
    gender: 'female',
    birthdate: '1852-05-04',
    zoneinfo: 'Europe/London',
    locale: 'en-GB',
    updated_at: 1_700_000_000,
    email: 'alice@example.com',
    email_verified: true,
    address,
    phone_number: '+44 1865 000000',
    phone_number_verified: true,
    patreon: { tier: 'gold' },
  },
}

const usual = {
  users: [alice],
  scopes: { crate: {}, patreon: { claims: ['patreon'] } },
}

const folder = mkdtempSync(join(tmpdir(), 'understudy-keys-'))

/** Keys of one algorithm, as an issuer keeps them in a file. */
async function keysFile(...algorithms: { alg: string; says: boolean }[]): Promise<string> {
  const keys = []
  for (const { alg, says } of algorithms) {
    const { privateKey } = await generateKeyPair(alg, { extractable: true })
    keys.push({ ...(await exportJWK(privateKey)), ...(says && { alg }) })
  }
  const file = join(folder, `${algorithms.map(({ alg }) => alg).join('-')}.json`)
  writeFileSync(file, JSON.stringify({ keys }))
  return file
}

const es256 = await keysFile({ alg: 'ES256', says: true })
/** Keys that say no algorithm sign with all that they can. */
const manifold = await keysFile(
  { alg: 'RS256', says: false },
  { alg: 'ES384', says: false },
  { alg: 'ES512', says: false },
  { alg: 'EdDSA', says: false },
)

/** Issuers by their names, and what each has beside the usual. */
const issuers: Record<string, object> = {
  default: { ...usual, registration: { enabled: true } },
  named: usual,
  'by-token': { ...usual, registration: { enabled: true, initial_access_token: 'let-me-in', management: 'none' } },
  apis: {
    ...usual,
    resources: {
      crates: {
        resource: 'https://crates.example',
        path: '/api/crates',
        scopes: ['crate'],
        claims: { crate: ['name'] },
      },
    },
  },
  opaque: { ...usual, access_token: { format: 'opaque' }, refresh_token: { rotation: 'reuse' } },
  open: { ...usual, open: true },
  es256: { ...usual, keys: es256, id_token: { signed_response_alg: 'ES256' } },
  manifold: { ...usual, keys: manifold },
  nonces: { ...usual, dpop: { nonce: true } },
  decided: { ...usual, ciba: { approve: 'automatically' }, acr_values: ['bronze', 'gold'] },
  details: { ...usual, authorization_details: { payment_initiation: {}, account_information: {} } },
  signed: { ...usual, request_objects: { require_signed_request_object: true } },
  'by-value': { ...usual, request_objects: { request_uri: false } },
  'any-reference': { ...usual, request_objects: { require_request_uri_registration: false } },
  ...Object.fromEntries(personas.map(({ name }) => [`as-${name}`, { ...usual, persona: name }])),
  lean: {
    ...usual,
    persona: {
      name: 'lean',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      without: ['introspection', 'pushed_authorization_request', 'registration', 'end_session'],
      token_endpoint_auth_methods: ['client_secret_post'],
      response_iss: false,
    },
  },
  machines: {
    ...usual,
    registration: { enabled: true },
    persona: { name: 'machines', openid: false, grant_types: ['client_credentials', 'password', 'token_exchange'] },
  },
  appliances: { ...usual, persona: { name: 'appliances', without: ['authorization', 'userinfo'] } },
  '*': usual,
}

const { default: root, ...others } = issuers

/** What both servers serve, in plain and over TLS. */
export const fixtures = JSON.parse(JSON.stringify({ ...root, issuers: others })) as object

/** What the names of issuers stand for; one that its first request makes is among them. */
const names = Object.keys(issuers).map((name) => (name === '*' ? 'on-demand' : name))

const thorough = new Set(['default', 'es256', 'manifold'])

export const shapes: Shape[] = [
  ...names.map((issuer) => ({ issuer, https: false, thorough: thorough.has(issuer) })),
  ...['default', 'named', 'open'].map((issuer) => ({ issuer, https: true, thorough: false })),
]

export function forgetKeys(): void {
  rmSync(folder, { recursive: true, force: true })
}
