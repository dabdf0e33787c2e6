import { expect, test } from 'vitest'
import { type ControlUnderTest, failure } from '../control.ts'

/** What every control does with backchannel authentication requests. */
export function cibaContract(subject: () => ControlUnderTest): void {
  /** A request of the client `till` for alice. */
  async function ask(hint = 'alice'): Promise<string> {
    const { control, origin } = subject()
    await control.putClient('default', 'till', { grant_types: ['ciba'] })
    const parameters = { client_id: 'till', scope: 'openid', login_hint: hint, binding_message: 'W4SCT' }
    const response = await fetch(`${origin}/backchannel`, { method: 'POST', body: new URLSearchParams(parameters) })
    const { auth_req_id: id } = (await response.json()) as { auth_req_id: string }
    return id
  }

  test('a backchannel request is pending until somebody decides', async () => {
    const { control } = subject()
    const id = await ask()
    const pending = await control.ciba('default')

    await control.actOnCiba('default', id, { action: 'approve' })

    expect(pending).toEqual([
      {
        auth_req_id: id,
        client_id: 'till',
        user: 'alice',
        scope: 'openid',
        binding_message: 'W4SCT',
        expires_in: expect.any(Number),
      },
    ])
    expect(await control.ciba('default')).toEqual([])
  })

  test.each(['approve', 'deny', 'expire'] as const)('%s decides a backchannel request once', async (action) => {
    const { control } = subject()
    const id = await ask()

    await control.actOnCiba('default', id, { action })

    expect(await control.ciba('default')).toEqual([])
    expect(await failure(control.actOnCiba('default', id, { action }))).toMatchObject({
      code: 'ERR_CIBA_DECIDED',
      status: 409,
    })
  })

  test('a backchannel request is approved only while its user is there and may log in', async () => {
    const { control } = subject()
    const id = await ask('carol')
    const approve = () => failure(control.actOnCiba('default', id, { action: 'approve' }))

    await control.putUser('default', 'carol', { state: 'locked' })
    expect(await approve()).toMatchObject({ code: 'ERR_USER_STATE', status: 409 })
    await control.deleteUser('default', 'carol')
    expect(await approve()).toMatchObject({ code: 'ERR_USER_UNKNOWN', status: 404 })
    expect(await control.ciba('default')).toMatchObject([{ auth_req_id: id, user: 'carol' }])
  })

  test('an auth_req_id that no client was given is unknown', async () => {
    const { control } = subject()

    expect(await failure(control.actOnCiba('default', 'nope', { action: 'deny' }))).toMatchObject({
      code: 'ERR_CIBA_UNKNOWN',
      status: 404,
    })
  })
}
