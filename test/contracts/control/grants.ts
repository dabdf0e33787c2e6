import { expect, test } from 'vitest'
import { type ControlUnderTest, failure } from '../control.ts'

/** What every control does with the grants of its issuers. */
export function grantsContract(subject: () => ControlUnderTest): void {
  async function approve(user: string): Promise<void> {
    const { control, startDevice } = subject()
    await control.actOnDevice('default', await startDevice(), { action: 'approve', user })
  }

  test('what a person allows is listed with what has come of it, until it is revoked', async () => {
    const { control } = subject()
    expect(await control.grants('default')).toEqual([])

    await approve('alice')

    const grants = await control.grants('default')
    expect(grants).toEqual([
      {
        id: expect.any(String),
        user: 'alice',
        client: 'tv-app',
        scopes: ['openid'],
        since: expect.any(String),
        expires: expect.any(String),
        tokens: { access_token: 0, refresh_token: 0, authorization_code: 0, device_code: 1, auth_req_id: 0 },
      },
    ])
    expect(Math.abs(Date.parse(grants[0]?.since ?? '') - Date.now())).toBeLessThan(60_000)
    expect(await control.grants('partner')).toEqual([])
    const { id = '' } = grants[0] ?? {}
    await control.revokeGrant('default', id)
    expect(await control.grants('default')).toEqual([])
    expect(await failure(control.revokeGrant('default', id))).toMatchObject({ code: 'ERR_GRANT_UNKNOWN', status: 404 })
  })

  test('a code that has expired is not alive, and a grant has an end itself', async () => {
    const { control } = subject()
    await approve('alice')
    await control.advanceClock('default', '11m')

    const [grant] = await control.grants('default')
    await control.advanceClock('default', '2y')

    expect(grant?.tokens).toMatchObject({ device_code: 0 })
    expect((Date.now() - Date.parse(grant?.since ?? '')) / 60_000).toBeCloseTo(0, 0)
    expect(await control.grants('default')).toEqual([])
  })

  test('grants are listed and revoked by user and client, or all at once', async () => {
    const { control } = subject()
    await approve('alice')
    await approve('carol')

    const ofAlice = await control.grants('default', { user: 'alice', client: 'tv-app' })
    await control.revokeGrants('default', { user: 'alice' })
    const left = await control.grants('default', { client: 'tv-app' })
    await control.revokeGrants('default')

    expect(ofAlice.map(({ user }) => user)).toEqual(['alice'])
    expect(left.map(({ user }) => user)).toEqual(['carol'])
    expect(await control.grants('default')).toEqual([])
  })

  test('a user and a client that there are not are guessed, and nothing is revoked', async () => {
    const { control } = subject()
    await approve('alice')
    const ofUser = { code: 'ERR_USER_UNKNOWN', status: 404, message: expect.stringContaining('"alice"?') }
    const ofClient = { code: 'ERR_CLIENT_UNKNOWN', status: 404, message: expect.stringContaining('"tv-app"?') }

    expect(await failure(control.grants('default', { user: 'alcie' }))).toMatchObject(ofUser)
    expect(await failure(control.revokeGrants('default', { user: 'alcie' }))).toMatchObject(ofUser)
    expect(await failure(control.grants('default', { client: 'tv-ap' }))).toMatchObject(ofClient)
    expect(await failure(control.revokeGrants('default', { client: 'tv-ap' }))).toMatchObject(ofClient)
    expect(await control.grants('default')).toHaveLength(1)
  })

  test('every operation on the grants of an unknown issuer says so', async () => {
    const { control } = subject()
    const operations = [control.grants('partnr'), control.revokeGrant('partnr', 'g'), control.revokeGrants('partnr')]

    for (const error of await Promise.all(operations.map(failure))) {
      expect(error).toMatchObject({ code: 'ERR_ISSUER_UNKNOWN', status: 404 })
    }
  })
}
