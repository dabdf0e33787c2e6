import { expect, test } from 'vitest'
import { type ControlUnderTest, failure } from '../control.ts'

/** What every control does with logins that begin elsewhere than at the client. */
export function initiateLoginContract(subject: () => ControlUnderTest): void {
  const uri = 'http://localhost:3000/start?tenant=7'

  test('a login at a client begins with its own link, and says by whom', async () => {
    const { control, origin } = subject()
    await control.putClient('default', 'shop', { grant_types: [], initiate_login_uri: uri })
    await control.putClient('partner', 'shop', { grant_types: [], initiate_login_uri: uri })
    const initiation = { login_hint: 'alice & co', target_link_uri: 'http://localhost:3000/cart?id=1' }

    const plain = await control.initiateLogin('default', 'shop', undefined, origin)
    const whole = await control.initiateLogin('partner', 'shop', initiation, origin)

    const queryOf = (url: string) => Object.fromEntries(new URL(url).searchParams)
    expect(plain.url.startsWith(uri)).toBe(true)
    expect(queryOf(plain.url)).toEqual({ tenant: '7', iss: origin })
    expect(queryOf(whole.url)).toEqual({ tenant: '7', iss: `${origin}/partner`, ...initiation })
  })

  test('a client that is not there, or cannot begin a login, says so', async () => {
    const { control } = subject()

    expect(await failure(control.initiateLogin('default', 'tv-ap'))).toMatchObject({
      code: 'ERR_CLIENT_UNKNOWN',
      status: 404,
      message: expect.stringContaining('Did you mean "tv-app"?'),
    })
    expect(await failure(control.initiateLogin('default', 'tv-app'))).toMatchObject({
      code: 'ERR_NO_INITIATE_LOGIN',
      status: 409,
    })
  })
}
