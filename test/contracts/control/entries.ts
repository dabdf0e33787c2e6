import { expect, test } from 'vitest'
import type { Control } from '../../../src/control/control.ts'
import { type ControlUnderTest, failure } from '../control.ts'

const derived = (username: string, name: string) => ({
  username,
  claims: { name, email: `${username}@example.com`, email_verified: true },
})

/** What every control does with users, clients and scopes. */
export function entriesContract(subject: () => ControlUnderTest): void {
  /** A control with an issuer `shop` that no other test knows. */
  async function withShop(): Promise<Control> {
    const { control } = subject()
    await control.createIssuer({
      name: 'shop',
      users: ['alice', { username: 'mallory', state: 'locked' }],
      clients: [{ client_id: 'tv-app', grant_types: ['device_code'] }],
    })
    return control
  }

  test('entries are listed and shown as the fixtures write them', async () => {
    const control = await withShop()

    expect(await control.users('shop')).toEqual([derived('alice', 'Alice'), { username: 'mallory', state: 'locked' }])
    expect(await control.clients('shop')).toEqual([{ client_id: 'tv-app', grant_types: ['device_code'] }])
    expect(await control.scopes('shop')).toEqual([])
    expect(await control.user('shop', 'mallory')).toEqual({ username: 'mallory', state: 'locked' })
  })

  test('an entry is made by the first put, and replaced by the next', async () => {
    const control = await withShop()
    const written = { password: 'a/b c', claims: { roles: ['admin'] } }

    const first = await control.putUser('shop', 'a/b c', written)
    const second = await control.putUser('shop', 'a/b c', { ...written, username: 'a/b c' })

    expect(first).toEqual({ made: true, entry: { username: 'a/b c', ...written } })
    expect(second).toEqual({ ...first, made: false })
    expect(await control.user('shop', 'a/b c')).toEqual(first.entry)
    expect(await control.users('shop')).toHaveLength(3)
  })

  test('what is shown can be put back as it is', async () => {
    const control = await withShop()
    const client = { client_secret: 's3cret', redirect_uris: ['http://localhost/cb'], consent: 'skip', scope: 'crate' }
    await control.putScope('shop', 'crate', { claims: ['crates'] })
    await control.putClient('shop', 'web', client)

    const scope = await control.putScope('shop', 'crate', await control.scope('shop', 'crate'))
    const web = await control.putClient('shop', 'web', await control.client('shop', 'web'))
    const alice = await control.putUser('shop', 'alice', await control.user('shop', 'alice'))

    expect(scope).toEqual({ made: false, entry: { name: 'crate', claims: ['crates'] } })
    expect(web).toEqual({ made: false, entry: { client_id: 'web', ...client } })
    expect(alice).toEqual({ made: false, entry: derived('alice', 'Alice') })
  })

  test('a user is put by its name alone, and by an empty map', async () => {
    const control = await withShop()

    expect((await control.putUser('shop', 'carol', 'carol')).entry).toEqual(derived('carol', 'Carol'))
    expect((await control.putUser('shop', 'carol', {})).entry).toEqual({ username: 'carol' })
  })

  test('what is deleted is there no more, and of one issuer alone', async () => {
    const control = await withShop()
    await control.putUser('partner', 'alice', {})
    await control.putScope('shop', 'crate', {})

    await control.deleteUser('shop', 'alice')
    await control.deleteClient('shop', 'tv-app')
    await control.deleteScope('shop', 'crate')

    const operations = {
      ERR_USER_UNKNOWN: [control.user('shop', 'alice'), control.deleteUser('shop', 'alice')],
      ERR_CLIENT_UNKNOWN: [control.client('shop', 'tv-app'), control.deleteClient('shop', 'tv-app')],
      ERR_SCOPE_UNKNOWN: [control.scope('shop', 'crate'), control.deleteScope('shop', 'crate')],
    }
    const failed = Object.entries(operations).flatMap(([code, both]) =>
      both.map(async (operation) => [code, await failure(operation)] as const),
    )
    for (const [code, error] of await Promise.all(failed)) expect(error).toMatchObject({ code, status: 404 })
    expect(await control.user('partner', 'alice')).toEqual({ username: 'alice' })
  })

  test('what a client refers to is not deleted', async () => {
    const control = await withShop()
    await control.putScope('shop', 'crate', {})
    await control.putClient('shop', 'e2e', { grant_types: ['device_code'], auto_login: 'alice', scope: ['crate'] })

    const operations = [control.deleteUser('shop', 'alice'), control.deleteScope('shop', 'crate')]

    for (const error of await Promise.all(operations.map(failure))) {
      expect(error).toMatchObject({ code: 'ERR_ENTRY_USED', status: 409, message: expect.stringContaining('"e2e"') })
    }
    expect(await control.users('shop')).toHaveLength(2)
  })

  test.each([
    ['putUser', 'carol', { username: 'dave' }, 'ERR_ENTRY_KEY', 400, 'its username says "dave"'],
    ['putUser', 'carol', { stat: 'locked' }, 'ERR_FIXTURES_INVALID', 422, 'Did you mean "state"?'],
    ['putUser', 'carol', { sub: 'alice' }, 'ERR_FIXTURES_INVALID', 422, 'already the sub of alice'],
    ['putClient', 'web', { client_id: 'app' }, 'ERR_ENTRY_KEY', 400, 'its client_id says "app"'],
    ['putClient', 'web', { grant_types: [], auto_login: 'alcie' }, 'ERR_FIXTURES_INVALID', 422, 'no user "alcie"'],
    ['putScope', 'crate', { name: 'box' }, 'ERR_ENTRY_KEY', 400, 'its name says "box"'],
    ['putScope', 'crate', { claim: [] }, 'ERR_FIXTURES_INVALID', 422, 'Did you mean "claims"?'],
  ] as const)('%s of %s as %j is refused', async (operation, key, written, code, status, message) => {
    const control = await withShop()
    const before = await control.fixtures('shop')

    const error = await failure(control[operation]('shop', key, written))

    expect(error).toMatchObject({ code, status, message: expect.stringContaining(message) })
    expect(await control.fixtures('shop')).toEqual(before)
  })

  test('a client is refused in the words of the provider, too', async () => {
    const control = await withShop()
    const written = { redirect_uris: ['javascript:alert(1)'] }

    const error = await failure(control.putClient('shop', 'web', written))

    expect(error).toMatchObject({ code: 'ERR_FIXTURES_INVALID', message: expect.stringContaining('clients/web') })
    expect(error.details).toMatchObject({
      errors: [{ file: 'clients/web', message: expect.stringContaining('scheme') }],
    })
  })

  test('edits at once are all done', async () => {
    const control = await withShop()
    const names = Array.from({ length: 50 }, (_, index) => `user-${index}`)

    await Promise.all(names.map((name) => control.putUser('shop', name, {})))

    const usernames = (await control.users('shop')).map(({ username }) => username)
    expect(usernames.toSorted()).toEqual(['alice', 'mallory', ...names].toSorted())
  })

  test('a reset undoes edits, unless it keeps them', async () => {
    const control = await withShop()
    await control.deleteUser('shop', 'alice')
    await control.putUser('shop', 'carol', {})
    await control.putUser('shop', 'mallory', {})

    await control.reset('shop', { keep: ['fixtures'] })
    const kept = await control.users('shop')
    await control.reset('shop')

    expect(kept).toEqual([{ username: 'mallory' }, { username: 'carol' }])
    expect(await control.users('shop')).toEqual([derived('alice', 'Alice'), { username: 'mallory', state: 'locked' }])
  })
}
