import { expect } from 'vitest'
import { exchange } from './authorization.ts'
import type { Proof } from './proof.ts'
import { listOf, type Walk } from './walk.ts'

type Tokens = { status: number; body: Record<string, unknown> }

const short: Record<string, string> = {
  device: 'urn:ietf:params:oauth:grant-type:device_code',
  ciba: 'urn:openid:params:grant-type:ciba',
  exchange: 'urn:ietf:params:oauth:grant-type:token-exchange',
  bearer: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
}
const ofAccessToken = 'urn:ietf:params:oauth:token-type:access_token'

/** How each grant gets its tokens. */
const grants: Record<string, (walk: Walk, id: string) => Promise<Tokens>> = {
  async authorization_code(walk, id) {
    return exchange(walk, id, (await walk.authorize(id)).answer.code)
  },
  async implicit(walk, id) {
    const { answer } = await walk.authorize(id, { response_type: 'id_token token' })
    return { status: answer.access_token ? 200 : 400, body: answer }
  },
  async refresh_token(walk, id) {
    const consent: Record<string, string> = { scope: 'openid offline_access', prompt: 'consent' }
    const { refresh_token: token = '' } = await walk.login(id, consent)
    return walk.post('token_endpoint', id, { grant_type: 'refresh_token', refresh_token: token })
  },
  async client_credentials(walk, id) {
    return walk.post('token_endpoint', id, { grant_type: 'client_credentials' })
  },
  async password(walk, id) {
    const form = { grant_type: 'password', username: 'alice', password: 'wonderland', scope: walk.scope }
    return walk.post('token_endpoint', id, form)
  },
  async [short.device as string](walk, id) {
    const { body } = await walk.post('device_authorization_endpoint', id, { scope: walk.scope })
    await walk.issuer.device.approve(body.user_code as string, 'alice')
    return walk.post('token_endpoint', id, {
      grant_type: short.device as string,
      device_code: body.device_code as string,
    })
  },
  async [short.ciba as string](walk, id) {
    const { body } = await walk.post('backchannel_authentication_endpoint', id, {
      scope: 'openid',
      login_hint: 'alice',
    })
    const requestId = body.auth_req_id as string
    if (walk.issuer.name !== 'decided') await walk.issuer.ciba.approve(requestId)
    return walk.post('token_endpoint', id, { grant_type: short.ciba as string, auth_req_id: requestId })
  },
  async [short.exchange as string](walk, id) {
    const { access_token: token = '' } = await walk.login(id)
    const form = { subject_token: token, subject_token_type: ofAccessToken }
    return walk.post('token_endpoint', id, { grant_type: short.exchange as string, ...form })
  },
  async [short.bearer as string](walk, id) {
    const assertion = await walk.sign({ sub: 'alice' }, id)
    return walk.post('token_endpoint', id, { grant_type: short.bearer as string, assertion })
  },
}

export const grantProofs: Record<string, Proof> = {
  grant_types_supported: {
    async stated(walk) {
      const id = await walk.client()
      const stated = listOf(walk, 'grant_types_supported')
      for (const grant of stated) {
        const run = grants[grant]
        if (run === undefined) throw new Error(`Nothing here exercises the grant ${grant}`)
        const { status, body } = await run(walk, id)
        expect({ grant, status, body }).toMatchObject({ status: 200, body: { access_token: expect.any(String) } })
      }
      for (const grant of [...Object.keys(grants), 'urn:ietf:params:oauth:grant-type:saml2-bearer']) {
        if (stated.includes(grant) || grant === 'implicit') continue
        const { status, body } = await walk.post('token_endpoint', id, { grant_type: grant })
        expect({ grant, status, body }).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } })
      }
    },
  },
  backchannel_token_delivery_modes_supported: {
    async stated(walk) {
      expect(listOf(walk, 'backchannel_token_delivery_modes_supported')).toEqual(['poll'])
      const id = await walk.client({ backchannel_token_delivery_mode: 'poll' })
      expect((await grants[short.ciba as string]?.(walk, id))?.status).toBe(200)
      for (const mode of ['ping', 'push']) {
        await expect(walk.client({ backchannel_token_delivery_mode: mode }), mode).rejects.toThrow()
      }
    },
  },
  backchannel_user_code_parameter_supported: {
    async stated(walk) {
      const id = await walk.client({ backchannel_user_code_parameter: true })
      const ask = (form: Record<string, string>) =>
        walk.post('backchannel_authentication_endpoint', id, { scope: 'openid', login_hint: 'alice', ...form })

      expect((await ask({ user_code: '7351' })).status).toBe(200)
      expect((await ask({ user_code: '0000' })).body.error).toBe('invalid_user_code')
      expect((await ask({})).body.error).toBe('missing_user_code')
    },
  },
}
