import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect } from 'vitest'
import type { IssuedCertificate } from '../../../src/index.ts'
import { postQuantumAlgorithms } from '../../../src/provider/key-algorithms.ts'
import type { Proof } from './proof.ts'
import { type Answer, able, listOf, secret, signer, some, type Walk } from './walk.ts'

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const universe = ['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES256K']
export const algorithms = [...universe, 'ES384', 'ES512', 'EdDSA', 'Ed25519', ...postQuantumAlgorithms, 'none']

/** Algorithms that are tried: of those that are stated and of the others, all or some. */
export function triedOf(walk: Walk, stated: readonly string[]): string[] {
  return [
    ...some(walk, stated),
    ...some(
      walk,
      algorithms.filter((each) => !stated.includes(each)),
    ),
  ]
}

const pairs = new Map<string, ReturnType<typeof generateKeyPair>>()

/** A key that signs by an algorithm, and how its public half is declared. */
export async function signerOf(alg: string) {
  if (alg.startsWith('HS')) return { key: new TextEncoder().encode(secret), jwks: undefined }
  // Keys of RSA take a while to make, and one signs by all of its algorithms.
  const kind = /^[RP]S/.test(alg) ? 'RS256' : alg
  const pair = pairs.get(kind) ?? generateKeyPair(kind, { extractable: true })
  pairs.set(kind, pair)
  const { privateKey, publicKey } = await pair
  const jwk = await exportJWK(privateKey)
  // Imported anew by jose, for the algorithm that is asked for.
  return { key: jwk, jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'own', use: 'sig' }] } }
}

export async function signBy(
  alg: string,
  id: string,
  claims: Record<string, unknown>,
  audience: string,
): Promise<string> {
  const { key } = await signerOf(alg)
  const jwt = new SignJWT({ ...claims })
    .setProtectedHeader({ alg, ...(!alg.startsWith('HS') && { kid: 'own' }) })
    .setIssuer(id)
    .setAudience(audience)
  return jwt.setIssuedAt().setExpirationTime('1m').setJti(randomUUID()).sign(key)
}

/** What a client of a method sends, and by what it is known. */
interface Method {
  members(certificate?: IssuedCertificate): Record<string, unknown>
  form(walk: Walk, id: string): Promise<Record<string, string>>
  headers?(id: string): Record<string, string>
  certificate?: { subject: string; self_signed?: boolean }
  wrong: Record<string, string>
}

const assertion = async (alg: string, id: string, audience: string) => ({
  client_assertion_type: assertionType,
  client_assertion:
    alg === 'ES256'
      ? await new SignJWT({ sub: id })
          .setProtectedHeader({ alg, kid: 'sig' })
          .setIssuer(id)
          .setAudience(audience)
          .setIssuedAt()
          .setExpirationTime('1m')
          .setJti(randomUUID())
          .sign(signer.privateKey)
      : await signBy(alg, id, { sub: id }, audience),
})

const methods: Record<string, Method> = {
  client_secret_basic: {
    members: () => ({}),
    form: async () => ({}),
    headers: (id) => ({ authorization: `Basic ${btoa(`${id}:${secret}`)}` }),
    wrong: { client_secret: 'wrong' },
  },
  client_secret_post: {
    members: () => ({}),
    form: async (_, id) => ({ client_id: id, client_secret: secret }),
    wrong: { client_secret: 'wrong' },
  },
  client_secret_jwt: {
    members: () => ({}),
    form: async ({ url }, id) => assertion('HS256', id, url),
    wrong: { client_assertion: 'e30.e30.e30' },
  },
  private_key_jwt: {
    members: () => ({ client_secret: undefined }),
    form: async ({ url }, id) => assertion('ES256', id, url),
    wrong: { client_assertion: 'e30.e30.e30' },
  },
  none: {
    members: () => ({
      client_secret: undefined,
      grant_types: able.grant_types.filter((grant) => grant !== 'client_credentials'),
    }),
    form: async (_, id) => ({ client_id: id }),
    wrong: { client_id: 'nobody' },
  },
  tls_client_auth: {
    members: () => ({ client_secret: undefined, tls_client_auth_subject_dn: 'CN=walker' }),
    form: async (_, id) => ({ client_id: id }),
    certificate: { subject: 'CN=walker' },
    wrong: {},
  },
  self_signed_tls_client_auth: {
    members: (certificate) => ({
      client_secret: undefined,
      ...(certificate && { jwks: { keys: [certificate.jwk] } }),
    }),
    form: async (_, id) => ({ client_id: id }),
    certificate: { subject: 'CN=walker', self_signed: true },
    wrong: {},
  },
}

const endpoints: Record<string, Record<string, string>> = {
  token_endpoint: { grant_type: 'refresh_token', refresh_token: 'nonsense' },
  introspection_endpoint: { token: 'nonsense' },
  revocation_endpoint: { token: 'nonsense' },
  pushed_authorization_request_endpoint: { response_type: 'nonsense' },
  device_authorization_endpoint: { scope: 'openid' },
  backchannel_authentication_endpoint: { login_hint: 'nobody', scope: 'openid' },
}

/** Which clients are known at an endpoint, by its own list or that of the token endpoint. */
function methodsAt(member: string, all: boolean): Proof {
  return {
    async stated(walk) {
      const stated = listOf(walk, member)
      const asked = all ? Object.keys(endpoints) : [member.replace('_auth_methods_supported', '')]
      for (const [name, method] of Object.entries(methods)) {
        const shown = method.certificate && (await walk.certificate(method.certificate))
        if (method.certificate && !stated.includes(name)) {
          const declared = walk.client({ token_endpoint_auth_method: name, ...method.members(shown) })
          await expect(declared, name).rejects.toThrow(noCertificates)
          continue
        }
        const id = await walk.client({ token_endpoint_auth_method: name, ...method.members(shown) })
        for (const endpoint of asked.filter((each) => walk.metadata[each] !== undefined)) {
          const send = async (form: Record<string, string>, certificate = shown) =>
            isKnown(
              await ask(
                walk,
                endpoint,
                { ...(await method.form(walk, id)), ...form },
                method.headers?.(id),
                certificate,
              ),
            )
          expect(await send({}), `${name} at the ${endpoint}`).toBe(stated.includes(name))
          if (name === 'client_secret_basic' || (name === 'none' && walk.issuer.name === 'open')) continue
          const wrong = method.certificate && (await walk.certificate({ subject: 'CN=other' }))
          expect(await send(method.wrong, wrong), `a wrong ${name} at the ${endpoint}`).toBe(false)
        }
      }
    },
  }
}

function ask(
  walk: Walk,
  endpoint: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
  certificate?: IssuedCertificate,
): Promise<Answer> {
  const body = new URLSearchParams({ ...endpoints[endpoint], ...form })
  return walk.ask(walk.metadata[endpoint] as string, { method: 'POST', headers, body }, certificate)
}

/** Whatever else is wrong with a request, the client is known. */
function isKnown({ status, body, text }: Answer): boolean {
  if (status >= 500) throw new Error(text)
  return body.error !== 'invalid_client'
}

/** A client that promises an algorithm signs by it. */
function algorithmsAt(member: string, all: boolean): Proof {
  return {
    async stated(walk) {
      const stated = listOf(walk, member)
      const endpoint = all ? 'token_endpoint' : member.replace('_auth_signing_alg_values_supported', '')
      for (const alg of triedOf(walk, stated)) {
        const token_endpoint_auth_method = alg.startsWith('HS') ? 'client_secret_jwt' : 'private_key_jwt'
        const promise = { token_endpoint_auth_method, token_endpoint_auth_signing_alg: alg }
        if (!stated.includes(alg)) {
          await expect(walk.client(promise), alg).rejects.toThrow(/alg/)
          continue
        }
        const { jwks } = await signerOf(alg)
        const id = await walk.client({ ...promise, ...(jwks && { jwks }) })
        const form = {
          client_assertion_type: assertionType,
          client_assertion: await signBy(alg, id, { sub: id }, walk.url),
        }
        const answer = await ask(walk, endpoint, form)
        expect(isKnown(answer), `${alg}: ${answer.text}`).toBe(true)
      }
    },
  }
}

/** Where they are not offered, no client can promise them. */
const noCertificates = /needs client certificates, and none can get here/

const binding = { tls_client_certificate_bound_access_tokens: true, response_types: ['code'] }

export const clientAuthentication: Record<string, Proof> = {
  token_endpoint_auth_methods_supported: methodsAt('token_endpoint_auth_methods_supported', true),
  introspection_endpoint_auth_methods_supported: methodsAt('introspection_endpoint_auth_methods_supported', false),
  revocation_endpoint_auth_methods_supported: methodsAt('revocation_endpoint_auth_methods_supported', false),
  token_endpoint_auth_signing_alg_values_supported: algorithmsAt(
    'token_endpoint_auth_signing_alg_values_supported',
    true,
  ),
  introspection_endpoint_auth_signing_alg_values_supported: algorithmsAt(
    'introspection_endpoint_auth_signing_alg_values_supported',
    false,
  ),
  revocation_endpoint_auth_signing_alg_values_supported: algorithmsAt(
    'revocation_endpoint_auth_signing_alg_values_supported',
    false,
  ),
  tls_client_certificate_bound_access_tokens: {
    async stated(walk) {
      const id = await walk.client(binding)
      const shown = await walk.certificate({ subject: 'CN=walker' })
      const headers = { authorization: `Basic ${btoa(`${id}:${secret}`)}` }
      const form = { grant_type: 'client_credentials' }
      const bound = await walk.ask(
        walk.metadata.token_endpoint as string,
        { method: 'POST', headers, body: new URLSearchParams(form) },
        shown,
      )
      const { body } = await walk.post('introspection_endpoint', id, { token: bound.body.access_token as string })

      expect(walk.metadata.tls_client_certificate_bound_access_tokens).toBe(true)
      expect(body.cnf, bound.text).toEqual({ 'x5t#S256': shown?.thumbprint })
    },
    async unstated(walk) {
      await expect(walk.client(binding)).rejects.toThrow(noCertificates)
    },
  },
}
