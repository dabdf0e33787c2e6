import { decodeJwt, decodeProtectedHeader } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import type { MintedToken, TokenOrder } from '../../../src/control/tokens.ts'
import { type ControlUnderTest, failure } from '../control.ts'

const redirectUri = 'http://localhost:3000/callback'

/** As minted, with every token: a test takes the one that it has ordered. */
type Minted = Required<Omit<MintedToken, 'decoded' | 'scope'>> & Pick<MintedToken, 'decoded' | 'scope'>

/** What every control does with tokens that are made without a flow. */
export function tokensContract(subject: () => ControlUnderTest): void {
  const mint = (order: TokenOrder, issuer = 'default') =>
    subject().control.mint(issuer, order, subject().origin) as Promise<Minted>
  const post = (path: string, form: Record<string, string>) => {
    const body = new URLSearchParams({ client_id: 'web', client_secret: 'web-secret', ...form })
    return fetch(subject().origin + path, { method: 'POST', body })
  }
  const introspect = async (token = '') => (await post('/token/introspection', { token })).json()
  const userinfo = (token = '') => fetch(`${subject().origin}/me`, { headers: { authorization: `Bearer ${token}` } })

  describe('minted tokens', () => {
    beforeEach(async () => {
      const { control } = subject()
      await control.putUser('default', 'alice', { sub: '100101', claims: { name: 'Alice', groups: ['admin'] } })
      await control.putClient('default', 'web', {
        client_secret: 'web-secret',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      })
      await control.putClient('default', 'opaque', {
        client_secret: 'opaque-secret',
        grant_types: ['client_credentials'],
        access_token: { format: 'opaque' },
      })
    })

    test('an access token is as good as one that has come of a login', async () => {
      const minted = await mint({ client: 'web', user: 'alice', scope: 'openid profile' })

      expect(minted).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'openid profile' })
      expect(minted.decoded?.claims).toMatchObject({
        iss: subject().origin,
        sub: '100101',
        client_id: 'web',
        groups: ['admin'],
      })
      expect(await (await userinfo(minted.access_token)).json()).toMatchObject({ sub: '100101', name: 'Alice' })
      expect(await introspect(minted.access_token)).toMatchObject({ active: true, sub: '100101' })
      await post('/token/revocation', { token: minted.access_token })
      expect(await introspect(minted.access_token)).toEqual({ active: false })
    })

    test('without a user it is the client’s own', async () => {
      const { access_token: token, scope } = await mint({ client: 'web' })

      expect(scope).toBeUndefined()
      expect(await introspect(token)).toMatchObject({ active: true, client_id: 'web', sub: 'web' })
    })

    test('it says what was ordered: audience, claims, lifetime, key', async () => {
      const claims = { roles: ['admin'], iss: 'https://elsewhere.example' }
      const { access_token: token, expires_in: lifetime } = await mint({
        client: 'web',
        user: 'alice',
        audience: ['a', 'b'],
        claims,
        expires_in: '10m',
        key: 'ES256',
      })

      const { iat = 0, exp = 0, ...said } = decodeJwt(token)
      expect(said).toMatchObject({ ...claims, aud: ['a', 'b'], sub: '100101' })
      expect([exp - iat, lifetime]).toEqual([600, 600])
      expect(decodeProtectedHeader(token).alg).toBe('ES256')
    })

    test('one that has expired was good once, and is dead here too', async () => {
      const { access_token: token, expires_in: lifetime } = await mint({
        client: 'web',
        user: 'alice',
        expires_in: '-1h',
      })

      expect(lifetime).toBe(-3600)
      expect((decodeJwt(token).exp ?? 0) * 1000).toBeLessThan(Date.now())
      expect(await introspect(token)).toEqual({ active: false })
      expect((await userinfo(token)).status).toBe(401)
    })

    test('faults change it in order, and none that is armed does', async () => {
      await subject().control.arm('default', { fault: 'invalid-aud', when: { token: 'access_token' } })

      const { access_token: token } = await mint({
        client: 'web',
        user: 'alice',
        faults: ['missing-iat', { fault: 'invalid-iss', with: { iss: 'https://evil.example' } }],
      })

      expect(decodeJwt(token)).toMatchObject({ iss: 'https://evil.example', aud: subject().origin })
      expect(decodeJwt(token)).not.toHaveProperty('iat')
      expect(await subject().control.faults('default')).toMatchObject([{}, { fault: 'invalid-aud', fires: 0 }])
    })

    test('an ID token tells of the user what its scopes release', async () => {
      const { id_token: token, token_type: type } = await mint({
        type: 'id_token',
        client: 'web',
        user: 'alice',
        scope: ['openid', 'profile'],
        claims: { nonce: 'n' },
      })

      expect(type).toBe('N_A')
      expect(decodeJwt(token)).toMatchObject({ aud: 'web', sub: '100101', name: 'Alice', nonce: 'n' })
    })

    test('a refresh token refreshes', async () => {
      const { refresh_token: token } = await mint({
        type: 'refresh_token',
        client: 'web',
        user: 'alice',
        scope: 'openid',
      })

      const refreshed = await post('/token', { grant_type: 'refresh_token', refresh_token: token })
      expect(await refreshed.json()).toMatchObject({
        access_token: expect.any(String),
        id_token: expect.any(String),
        scope: 'openid',
      })
    })

    test('a logout token tells who has logged out', async () => {
      const { logout_token: token } = await mint({ type: 'logout_token', client: 'web', user: 'alice' })

      expect(decodeProtectedHeader(token).typ).toBe('logout+jwt')
      expect(decodeJwt(token)).toMatchObject({
        aud: 'web',
        sub: '100101',
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      })
    })

    test('an opaque one says nothing to who holds it', async () => {
      const minted = await mint({ client: 'opaque', user: 'alice' })

      expect(minted.access_token).not.toContain('.')
      expect(minted.decoded).toBeUndefined()
      expect(await introspect(minted.access_token)).toMatchObject({ active: true })
    })

    test.each<[TokenOrder, string, string]>([
      [{ client: 'wob' }, 'ERR_CLIENT_UNKNOWN', 'Did you mean "web"?'],
      [{ client: 'web', user: 'alcie' }, 'ERR_USER_UNKNOWN', 'Did you mean "alice"?'],
      [{ client: 'web', scope: 'profil' }, 'ERR_SCOPE_UNKNOWN', 'Did you mean "profile"?'],
      [{ client: 'web', key: 'RS255' }, 'ERR_KEY_UNKNOWN', 'Did you mean "RS256"?'],
      [{ client: 'web', faults: ['rogue-kee'] }, 'ERR_FAULT_UNKNOWN', 'Did you mean "rogue-key"?'],
      [{ client: 'web', faults: ['slow_down'] }, 'ERR_FAULT_INVALID', 'slow_down'],
      [
        { client: 'web', user: 'alice', type: 'id_token', faults: ['missing-nonce'] },
        'ERR_FAULT_INVALID',
        'Failed to change a token by "missing-nonce": it leaves this id_token as it is. Leave it out, or give the token by claims what it is to change.',
      ],
      [
        { client: 'web', faults: ['missing-aud', 'missing-aud'] },
        'ERR_FAULT_INVALID',
        'leaves this access_token as it is',
      ],
      [{ client: 'web', type: 'id_token' }, 'ERR_TOKEN_INVALID', 'Name a user.'],
      [{ client: 'web', type: 'logout_token' }, 'ERR_TOKEN_INVALID', 'give the claim sid'],
      [{ client: 'web', claims: { jti: 'x' } }, 'ERR_TOKEN_INVALID', 'jti cannot be chosen'],
      [{ client: 'opaque', key: 'ES256' }, 'ERR_TOKEN_INVALID', 'there is no signature for key'],
      [{ client: 'tv-app', user: 'alice', type: 'refresh_token' }, 'ERR_TOKEN_INVALID', 'may not refresh'],
      [{ client: 'web', expires_in: 'soon' }, 'ERR_REQUEST_INVALID', 'expires_in'],
      [{ client: 'web', claim: {} } as never, 'ERR_REQUEST_INVALID', 'claim'],
    ])('an order %j is refused', async (order, code, told) => {
      const error = await failure(mint(order))

      expect(error.code).toBe(code)
      expect(error.message).toContain(told)
    })

    test('an unknown issuer says so', async () => {
      expect(await failure(mint({ client: 'web' }, 'partnr'))).toMatchObject({ code: 'ERR_ISSUER_UNKNOWN' })
    })
  })
}
