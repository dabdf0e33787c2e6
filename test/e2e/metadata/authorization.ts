import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt } from 'jose'
import { expect } from 'vitest'
import { UserAgent } from '../../user-agent.ts'
import { userinfo } from './endpoints.ts'
import type { Proof } from './proof.ts'
import { listOf, redirectUri, some, type Walk } from './walk.ts'

const members: Record<string, string> = { code: 'code', id_token: 'id_token', token: 'access_token' }

const allResponseTypes = [
  'code',
  'id_token',
  'token',
  'none',
  'code id_token',
  'code token',
  'id_token token',
  'code id_token token',
]
const modes = ['query', 'fragment', 'form_post', 'jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt', 'web_message']

const allScopes = 'openid profile email address phone patreon'

/** The claims that tell of the person, not of the login. */
const personal = (walk: Walk) => listOf(walk, 'claims_supported').filter((claim) => !onlySub.slice(1).includes(claim))

const onlySub = ['sub', 'acr', 'amr', 'auth_time', 'iss', 'sid']

/** What may be asked for at the authorization endpoint. */
export const authorization: Record<string, Proof> = {
  response_types_supported: {
    async stated(walk) {
      const id = await walk.client()
      const stated = listOf(walk, 'response_types_supported')
      if (walk.metadata.authorization_endpoint === undefined) {
        expect(stated).toEqual([])
        expect((await walk.ask(`${walk.url}/auth?client_id=${id}`)).status).toBe(404)
        return
      }
      for (const type of stated) {
        const { answer } = await walk.authorize(id, { response_type: type })
        for (const [word, member] of Object.entries(members)) {
          expect(member in answer, `${member} of ${type}: ${JSON.stringify(answer)}`).toBe(
            type.split(' ').includes(word),
          )
        }
      }
      for (const type of [...allResponseTypes, 'saml'].filter((type) => !stated.includes(type))) {
        const { answer } = await walk.authorize(id, { response_type: type })
        expect(answer.error, type).toMatch(/^unsupported_response_type|unauthorized_client$/)
      }
    },
  },
  response_modes_supported: {
    async stated(walk) {
      const id = await walk.client()
      const stated = listOf(walk, 'response_modes_supported')
      for (const type of listOf(walk, 'response_types_supported')) {
        for (const mode of some(walk, stated)) await tryMode(walk, id, type, mode)
      }
      for (const mode of modes.filter((mode) => !stated.includes(mode))) {
        const { answer, html } = await walk.authorize(id, { response_mode: mode })
        expect(answer.error ?? html, mode).toMatch(/unsupported_response_mode|invalid_request/)
      }
    },
  },
  authorization_response_iss_parameter_supported: {
    async stated(walk) {
      const iss = walk.metadata.authorization_response_iss_parameter_supported ? walk.url : undefined
      for (const [what, answer] of await answersOfAllKinds(walk)) expect(answer.iss, what).toBe(iss)
    },
    async unstated(walk) {
      if (walk.metadata.authorization_endpoint === undefined) return
      for (const [what, answer] of await answersOfAllKinds(walk)) expect(answer, what).not.toHaveProperty('iss')
    },
  },
  code_challenge_methods_supported: {
    async stated(walk) {
      const id = await walk.client()
      const verifier = 'v'.repeat(43)
      const challenges: Record<string, string> = {
        plain: verifier,
        S256: createHash('sha256').update(verifier).digest('base64url'),
      }
      for (const [method, challenge] of Object.entries(challenges)) {
        const ask = { code_challenge: challenge, code_challenge_method: method }
        const { answer } = await walk.authorize(id, ask)
        if (!listOf(walk, 'code_challenge_methods_supported').includes(method)) {
          expect(answer.error, method).toBe('invalid_request')
          continue
        }
        const { answer: again } = await walk.authorize(id, ask)
        expect((await exchange(walk, id, answer.code, 'w'.repeat(43))).body.error, method).toBe('invalid_grant')
        expect((await exchange(walk, id, again.code, verifier)).status, method).toBe(200)
      }
    },
  },
  scopes_supported: {
    async stated(walk) {
      const id = await walk.client()
      for (const scope of listOf(walk, 'scopes_supported')) {
        const consent: Record<string, string> = scope === 'offline_access' ? { prompt: 'consent' } : {}
        const tokens = await walk.login(id, { scope: `${walk.scope} ${scope} nonsense`, ...consent })
        expect(tokens.scope?.split(' '), scope).toContain(scope)
        expect(tokens.scope?.split(' '), scope).not.toContain('nonsense')
      }
    },
  },
  claims_parameter_supported: {
    async stated(walk) {
      const claims = JSON.stringify({ userinfo: { email: null }, id_token: { nickname: null } })
      const tokens = await walk.login(await walk.client(), { claims })

      expect(walk.metadata.claims_parameter_supported).toBe(true)
      expect(decodeJwt(tokens.id_token ?? '').nickname).toBe('Al')
      expect((await userinfo(walk, tokens.access_token)).body.email).toBe('alice@example.com')
    },
  },
  claims_supported: {
    async stated(walk) {
      if (walk.metadata.claims_parameter_supported === undefined) {
        const { id_token: token = '' } = await walk.login(await walk.client(), { scope: allScopes })
        expect(Object.keys(decodeJwt(token))).toEqual(expect.arrayContaining(personal(walk)))
        return
      }
      const asked = Object.fromEntries(listOf(walk, 'claims_supported').map((claim) => [claim, null]))
      const claims = JSON.stringify({ userinfo: asked, id_token: asked })
      const tokens = await walk.login(await walk.client({ require_auth_time: true }), { claims })
      const inToken = decodeJwt(tokens.id_token ?? '')
      const told = (await userinfo(walk, tokens.access_token)).body

      for (const claim of Object.keys(asked)) {
        expect(inToken, claim).toHaveProperty([claim])
        if (!onlySub.includes(claim)) expect(told, claim).toHaveProperty([claim])
      }
    },
  },
  claim_types_supported: {
    async stated(walk) {
      const tokens = await walk.login(await walk.client(), { scope: 'openid profile email' })
      expect(listOf(walk, 'claim_types_supported')).toEqual(['normal'])
      expect(decodeJwt(tokens.id_token ?? '')).not.toHaveProperty('_claim_names')
      if (walk.metadata.userinfo_endpoint === undefined) return
      expect((await userinfo(walk, tokens.access_token)).body).not.toHaveProperty('_claim_names')
    },
  },
  prompt_values_supported: {
    async stated(walk) {
      const id = await walk.client({ auto_login: undefined })
      for (const prompt of listOf(walk, 'prompt_values_supported').filter((value) => value !== 'none')) {
        expect((await walk.authorize(id, { prompt })).answer, prompt).toHaveProperty('code')
      }
      expect((await walk.authorize(id, { prompt: 'none' })).answer.error).toBe('login_required')
      expect((await walk.authorize(id, { prompt: 'create' })).answer.error).toBe('invalid_request')
    },
  },
  ui_locales_supported: {
    async stated(walk) {
      const id = await walk.client({ auto_login: undefined })
      for (const locale of listOf(walk, 'ui_locales_supported')) {
        const target = new URL(walk.metadata.authorization_endpoint as string)
        const asked = { redirect_uri: redirectUri, response_type: 'code', scope: 'openid', ui_locales: locale }
        const request = walk.metadata.require_signed_request_object
          ? { request: await walk.sign({ client_id: id, ...asked }, id) }
          : asked
        target.search = new URLSearchParams({ client_id: id, ...request }).toString()
        const agent = new UserAgent(walk.fetch)
        expect((await agent.open(target)).html, locale).toContain(`<html lang="${locale}"`)
      }
    },
  },
  acr_values_supported: {
    async stated(walk) {
      const id = await walk.client()
      const claimsFor = (value: string) => JSON.stringify({ id_token: { acr: { essential: true, value } } })
      for (const value of listOf(walk, 'acr_values_supported')) {
        const tokens = await walk.login(id, { claims: claimsFor(value) })
        expect(decodeJwt(tokens.id_token ?? '').acr).toBe(value)
      }
      const { answer } = await walk.authorize(id, { claims: claimsFor('platinum') })
      expect(answer.error).toBe('unmet_authentication_requirements')
    },
    async unstated(walk) {
      if (!walk.isOpenId) return
      const { id_token: token = '' } = await walk.login(await walk.client(), { acr_values: 'gold' })
      expect(decodeJwt(token)).not.toHaveProperty('acr')
    },
  },
  subject_types_supported: {
    async stated(walk) {
      const stated = listOf(walk, 'subject_types_supported')
      for (const subject_type of ['public', 'pairwise']) {
        if (!stated.includes(subject_type)) {
          await expect(walk.client({ subject_type }), subject_type).rejects.toThrow()
          continue
        }
        const tokens = await walk.login(
          await walk.client(
            walk.metadata.authorization_endpoint === undefined
              ? { subject_type, grant_types: ['password'], response_types: [] }
              : { subject_type, grant_types: ['authorization_code'], response_types: ['code'] },
          ),
        )
        expect(decodeJwt(tokens.id_token ?? '').sub === '100101', subject_type).toBe(subject_type === 'public')
      }
    },
  },
  authorization_details_types_supported: {
    async stated(walk) {
      const id = await walk.client()
      const ask = (type: string) => ({ authorization_details: JSON.stringify([{ type }]) })
      for (const type of listOf(walk, 'authorization_details_types_supported')) {
        const { authorization_details: granted } = (await walk.login(id, ask(type))) as Record<string, unknown>
        expect(granted).toEqual([{ type }])
      }
      expect((await walk.authorize(id, ask('nonsense'))).answer.error).toBe('invalid_authorization_details')
    },
    async unstated(walk) {
      const asked = { authorization_details: '[{"type":"payment_initiation"}]' }
      expect(await walk.login(await walk.client(), asked)).not.toHaveProperty('authorization_details')
    },
  },
  request_parameter_supported: {
    async stated(walk) {
      const id = await walk.client()
      const request = await walk.sign({ client_id: id, ...plain, state: 'inside' }, id)
      const { answer } = await walk.authorize(id, { request })

      expect(walk.metadata.request_parameter_supported).toBe(true)
      expect(answer).toMatchObject({ code: expect.any(String), state: 'inside' })
    },
  },
  request_uri_parameter_supported: {
    async stated(walk) {
      let request = ''
      const host = await serve(() => request)
      const id = await walk.client({ request_uris: [host.url] })
      request = await walk.sign({ client_id: id, ...plain, state: 'fetched' }, id)
      const { answer } = await walk.authorize(id, { request_uri: host.url })
      host.close()

      if (walk.metadata.request_uri_parameter_supported) expect(answer.state, JSON.stringify(answer)).toBe('fetched')
      else expect(answer.error).toBe('request_uri_not_supported')
    },
  },
  require_request_uri_registration: {
    async stated(walk) {
      let request = ''
      const host = await serve(() => request)
      const id = await walk.client({ request_uris: ['https://elsewhere.example/request.jwt'] })
      request = await walk.sign({ client_id: id, ...plain, state: 'fetched' }, id)
      const { answer, html } = await walk.authorize(id, { request_uri: host.url })
      host.close()

      if (walk.metadata.require_request_uri_registration)
        expect(answer.error ?? html).toMatch(/invalid_request_uri|invalid_request/)
      else expect(answer.state, html).toBe('fetched')
    },
  },
  require_signed_request_object: {
    async stated(walk) {
      const id = await walk.client()
      const target = new URL(walk.metadata.authorization_endpoint as string)
      target.search = new URLSearchParams({ client_id: id, ...plain }).toString()
      const { headers } = await walk.ask(target.href)
      const refused = new URL(headers.get('location') ?? '').searchParams.get('error')

      if (walk.metadata.require_signed_request_object) expect(refused).toBe('invalid_request')
      else expect(refused).toBeNull()
    },
  },
}

const plain = { redirect_uri: redirectUri, response_type: 'code', scope: 'openid' }

/** What comes of every response type, by every mode in which nothing is signed, and of a refusal. */
async function answersOfAllKinds(walk: Walk): Promise<[what: string, answer: Record<string, string>][]> {
  const id = await walk.client()
  const answers: [string, Record<string, string>][] = []
  for (const type of listOf(walk, 'response_types_supported')) {
    for (const mode of ['', 'form_post']) {
      const { answer } = await walk.authorize(id, { response_type: type, response_mode: mode })
      expect(answer, type).not.toHaveProperty('error')
      answers.push([`${type} ${mode}`, answer])
    }
    const { answer } = await walk.authorize(id, { response_type: type, scope: 'nonsense' })
    expect(answer.error, type).toMatch(/^invalid_(scope|request)$/)
    answers.push([`refused ${type}`, answer])
  }
  return answers
}

/** Each mode answers where it says; a token never comes in a query. */
async function tryMode(walk: Walk, id: string, type: string, mode: string): Promise<void> {
  const { url, answer, html } = await walk.authorize(id, { response_type: type, response_mode: mode })
  const what = `${type} by ${mode}`
  const inQuery = /^(?:code|none)$/.test(type)
  if (/^query/.test(mode) && !inQuery && mode === 'query') {
    expect(answer.error, what).toMatch(/unsupported_response_mode|invalid_request/)
    return
  }
  if (/^form_post/.test(mode)) expect(html, what).toContain(`action="${redirectUri}"`)
  else if (/^fragment/.test(mode) || (mode === 'jwt' && !inQuery)) expect(url.hash, what).not.toBe('')
  else expect(url.search, what).not.toBe('')
  const told = mode.endsWith('jwt') ? decodeJwt(answer.response ?? '') : answer
  if (mode === 'query.jwt' && !inQuery) {
    // In a query, a token would have to be encrypted.
    expect(told.error, what).toBe('invalid_request')
    return
  }
  for (const [word, member] of Object.entries(members)) {
    expect(member in told, `${member} of ${what}: ${JSON.stringify(told)}`).toBe(type.split(' ').includes(word))
  }
}

export function exchange(walk: Walk, id: string, code = '', verifier?: string) {
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
  return walk.post('token_endpoint', id, { ...form, ...(verifier && { code_verifier: verifier }) })
}

async function serve(body: () => string): Promise<{ url: string; close(): void }> {
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'application/oauth-authz-req+jwt').end(body()),
  )
  await once(server.listen(0, 'localhost'), 'listening')
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/request.jwt`,
    close: () => server.close().closeAllConnections(),
  }
}
