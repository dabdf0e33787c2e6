import { expect, test } from 'vitest'
import type { Control } from '../../../src/control/control.ts'
import { loadFixtures } from '../../../src/fixtures/load.ts'
import { type ControlUnderTest, failure } from '../control.ts'

/** What every control does with the fixtures of an issuer. */
export function fixturesContract(subject: () => ControlUnderTest): void {
  /** A control with an issuer `shop` that no other test knows. */
  async function withShop(): Promise<Control> {
    const { control } = subject()
    await control.createIssuer({
      name: 'shop',
      users: ['alice', { username: 'mallory', state: 'locked' }],
      clients: [{ client_id: 'tv-app', grant_types: ['device_code'] }],
      faults: [{ fault: 'slow_down', when: { client: 'tv-app' } }],
      scenarios: {
        'tv-expires': { description: 'The code is gone', faults: [{ fault: 'expired_token', times: 'always' }] },
      },
    })
    return control
  }

  test('what is in force is exported as a document that loads again', async () => {
    const control = await withShop()
    await control.putUser('shop', 'carol', { password: 'a${b' })

    const document = await control.fixtures('shop')

    expect(document).toEqual({
      users: [
        { username: 'alice', claims: { name: 'Alice', email: 'alice@example.com', email_verified: true } },
        { username: 'mallory', state: 'locked' },
        { username: 'carol', password: 'a${b' },
      ],
      clients: [{ client_id: 'tv-app', grant_types: ['device_code'] }],
      faults: [{ fault: 'slow_down', when: { client: 'tv-app' } }],
      scenarios: {
        'tv-expires': { description: 'The code is gone', faults: [{ fault: 'expired_token', times: 'always' }] },
      },
    })
    const { issuers } = await loadFixtures({ inline: document, env: {} })
    expect(issuers.get('default')?.users.at(-1)).toMatchObject({ password: 'a${b' })
  })

  test('a document is merged in by key, and says what it has brought', async () => {
    const control = await withShop()

    const counts = await control.patchFixtures('shop', {
      lifetimes: { access_token: '60s' },
      scopes: { crate: { claims: ['crates'] } },
      resources: { 'https://api.example/crates': { scopes: ['crate'] }, 'https://api.example/tags': {} },
      users: ['bob', { username: 'mallory' }],
      clients: [{ client_id: 'service', client_secret: 's3cret', grant_types: ['client_credentials'] }],
      faults: [{ fault: 'server_error' }],
      scenarios: { broken: { faults: [{ fault: 'server_error' }] } },
    })

    expect(counts).toEqual({ users: 2, clients: 1, scopes: 1, resources: 2, faults: 1, scenarios: 1 })
    expect(await control.fixtures('shop')).toMatchObject({
      lifetimes: { access_token: 60 },
      scopes: { crate: { claims: ['crates'] } },
      users: [{ username: 'alice' }, { username: 'mallory' }, { username: 'bob' }],
      clients: [{ client_id: 'tv-app' }, { client_id: 'service' }],
    })
    expect(await control.faults('shop')).toMatchObject([{ fault: 'slow_down' }, { fault: 'server_error' }])
    expect(await control.scenarios('shop')).toMatchObject([{ name: 'tv-expires' }, { name: 'broken' }])
    expect(await control.toggleScenario('shop', 'broken', true)).toMatchObject({ enabled: true })
  })

  test('a document with mistakes tells of all, and changes nothing', async () => {
    const control = await withShop()
    const before = await control.fixtures('shop')

    const error = await failure(
      control.patchFixtures('shop', {
        users: ['bob', { username: 'carol', sub: 'alice' }],
        clients: [{ client_id: 'web', redirect_uri: 'http://localhost' }],
        faults: [{ fault: 'slow_down', when: { endpoint: 'userinfo' } }],
      }),
    )

    expect(error).toMatchObject({ code: 'ERR_FIXTURES_INVALID', status: 422 })
    const { errors } = error.details as { errors: { file: string; path: string }[] }
    expect(errors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ file: 'patch', path: 'users[1].sub' }),
        expect.objectContaining({ file: 'patch', path: 'clients[0].redirect_uri' }),
        expect.objectContaining({ file: 'patch', path: 'faults[0].when.endpoint' }),
      ]),
    )
    expect(await control.fixtures('shop')).toEqual(before)
  })

  test('an export can be patched in again, and a reset goes back behind it', async () => {
    const control = await withShop()
    const { faults: _, ...before } = await control.fixtures('shop')
    await control.patchFixtures('shop', { users: ['bob'], persona: 'generic' })

    await control.patchFixtures('shop', before)
    const patched = await control.users('shop')
    await control.reset('shop')

    expect(patched.map(({ username }) => username)).toEqual(['alice', 'mallory', 'bob'])
    expect(await control.fixtures('shop')).toMatchObject(before)
    expect(await control.users('shop')).toHaveLength(2)
  })

  test('where an issuer stands is no matter of a patch', async () => {
    const control = await withShop()

    const error = await failure(
      control.patchFixtures('shop', { issuer: 'http://idp.example', keys: 'own', issuers: { other: {} } }),
    )

    expect(error.message).toMatch(/3 mistakes/)
  })
}
