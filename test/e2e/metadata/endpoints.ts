import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { expect } from 'vitest'
import type { Proof } from './proof.ts'
import { redirectUri, type Walk } from './walk.ts'

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

/** Each endpoint does its work where the metadata say that it is. */
export const endpoints: Record<string, Proof> = {
  issuer: {
    async stated(walk) {
      const { id_token: idToken, access_token: accessToken = '' } = await walk.login(await walk.client())
      const signed = [idToken ?? [], accessToken.includes('.') ? accessToken : []].flat()

      expect(walk.metadata.issuer).toBe(walk.url)
      for (const token of signed) expect((await jwtVerify(token, await keysOf(walk))).payload.iss).toBe(walk.url)
    },
  },
  authorization_endpoint: {
    async stated(walk) {
      const { answer, status } = await walk.authorize(await walk.client())

      expect({ status, answer }).toMatchObject({ status: 0, answer: { code: expect.any(String), state: 's' } })
    },
  },
  token_endpoint: {
    async stated(walk) {
      const tokens = await walk.login(await walk.client())

      expect(tokens.access_token).toEqual(expect.any(String))
      expect(tokens.id_token).toEqual(walk.isOpenId ? expect.any(String) : undefined)
    },
  },
  userinfo_endpoint: {
    async stated(walk) {
      const { access_token: token } = await walk.login(await walk.client())
      const { status, body } = await userinfo(walk, token)

      expect({ status, body }).toMatchObject({ status: 200, body: { sub: '100101' } })
      expect((await userinfo(walk, 'nonsense')).status).toBe(401)
    },
  },
  jwks_uri: {
    async stated(walk) {
      const { keys } = (await walk.ask(walk.metadata.jwks_uri as string)).body as unknown as JSONWebKeySet
      const kids = keys.map(({ kid }) => kid)

      expect(keys.length).toBeGreaterThan(0)
      expect(new Set(kids).size).toBe(keys.length)
      for (const key of keys) expect(Object.keys(key)).not.toEqual(expect.arrayContaining(['d']))
    },
  },
  registration_endpoint: {
    async stated(walk) {
      const hasBrowsers = walk.metadata.authorization_endpoint !== undefined
      const wanted = hasBrowsers
        ? { redirect_uris: [redirectUri] }
        : { grant_types: ['client_credentials'], response_types: [] }
      const body = JSON.stringify(wanted)
      const json = { 'content-type': 'application/json' }
      const token = walk.issuer.name === 'by-token' ? { authorization: 'Bearer let-me-in' } : {}
      const headers = { ...json, ...token }
      const registered = await walk.ask(walk.metadata.registration_endpoint as string, {
        method: 'POST',
        body,
        headers,
      })

      expect(registered.status, registered.text).toBe(201)
      if (!hasBrowsers) {
        const { client_id: id = '', client_secret: secret = '' } = registered.body as Record<string, string>
        const headers = { authorization: `Basic ${btoa(`${id}:${secret}`)}` }
        const answer = await walk.post('token_endpoint', id, { grant_type: 'client_credentials' }, headers)
        expect(answer.status, answer.text).toBe(200)
        return
      }
      const landed = await walk.authorize(registered.body.client_id as string)
      expect(landed.answer).toMatchObject({ code: expect.any(String) })
    },
    async unstated(walk) {
      const path = (walk.metadata.token_endpoint as string).replace(/\/[^/]*$/, '/reg')
      const { status } = await walk.ask(path, {
        method: 'POST',
        body: '{}',
        headers: { 'content-type': 'application/json' },
      })

      expect(status).toBe(404)
    },
  },
  introspection_endpoint: {
    async stated(walk) {
      const id = await walk.client()
      const { access_token: token = '' } = await walk.login(id)

      expect((await walk.post('introspection_endpoint', id, { token })).body).toMatchObject({
        active: true,
        client_id: id,
      })
      expect((await walk.post('introspection_endpoint', id, { token: 'nonsense' })).body).toEqual({ active: false })
    },
  },
  revocation_endpoint: {
    async stated(walk) {
      const id = await walk.client()
      const { access_token: token = '' } = await walk.login(id)

      expect((await walk.post('revocation_endpoint', id, { token })).status).toBe(200)
      if (walk.metadata.userinfo_endpoint !== undefined) expect((await userinfo(walk, token)).status).toBe(401)
    },
  },
  pushed_authorization_request_endpoint: {
    async stated(walk) {
      const id = await walk.client()
      const asked = {
        client_id: id,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: 'openid',
        state: 'pushed',
      }
      const { status, body } = await walk.post('pushed_authorization_request_endpoint', id, asked)

      expect(status, JSON.stringify(body)).toBe(201)
      const only = { redirect_uri: '', response_type: '', scope: '', state: '', nonce: '' }
      const { answer } = await walk.authorize(id, { ...only, request_uri: body.request_uri as string })
      expect(answer).toMatchObject({ code: expect.any(String), state: 'pushed' })
    },
  },
  require_pushed_authorization_requests: {
    async stated(walk) {
      expect(walk.metadata.require_pushed_authorization_requests).toBe(false)
    },
  },
  device_authorization_endpoint: {
    async stated(walk) {
      const id = await walk.client()
      const { body } = await walk.post('device_authorization_endpoint', id, { scope: 'openid' })
      await walk.issuer.device.approve(body.user_code as string, 'alice')
      const poll = { grant_type: deviceGrant, device_code: body.device_code as string }

      expect((await walk.ask(body.verification_uri_complete as string)).status).toBe(200)
      expect((await walk.post('token_endpoint', id, poll)).body).toMatchObject({ access_token: expect.any(String) })
    },
  },
  backchannel_authentication_endpoint: {
    async stated(walk) {
      const { body } = await walk.post('backchannel_authentication_endpoint', await walk.client(), {
        scope: 'openid',
        login_hint: 'alice',
      })

      expect(body).toMatchObject({ auth_req_id: expect.any(String), expires_in: expect.any(Number) })
    },
  },
  end_session_endpoint: {
    async stated(walk) {
      const { id_token: hint = '' } = await walk.login(await walk.client())
      const target = new URL(walk.metadata.end_session_endpoint as string)
      target.searchParams.set('id_token_hint', hint)

      expect([200, 302, 303]).toContain((await walk.ask(target.href)).status)
      target.searchParams.set('id_token_hint', 'nonsense')
      expect((await walk.ask(target.href)).status).toBe(400)
    },
  },
}

export function userinfo(walk: Walk, token = '', headers: Record<string, string> = {}) {
  const authorization = `Bearer ${token}`
  return walk.ask(walk.metadata.userinfo_endpoint as string, { headers: { authorization, ...headers } })
}

/** The keys that the metadata point to. */
export async function keysOf(walk: Walk) {
  return createLocalJWKSet((await walk.ask(walk.metadata.jwks_uri as string)).body as unknown as JSONWebKeySet)
}
