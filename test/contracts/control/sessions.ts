import { expect, test } from 'vitest'
import { type ControlUnderTest, failure } from '../control.ts'

const dayMs = 86_400_000

/** What every control does with the sessions of its issuers. */
export function sessionsContract(subject: () => ControlUnderTest): void {
  test('a user who is signed in is listed, until the session is ended', async () => {
    const { control } = subject()
    expect(await control.sessions('default')).toEqual([])

    const made = await control.signIn('default', { user: 'alice' })

    const [session, ...others] = await control.sessions('default')
    expect(session).toEqual({
      id: made.id,
      user: 'alice',
      since: expect.any(String),
      expires: expect.any(String),
      clients: [],
    })
    expect(Math.abs(Date.parse(session?.since ?? '') - Date.now())).toBeLessThan(60_000)
    expect(Math.abs(Date.parse(session?.expires ?? '') - Date.now() - dayMs)).toBeLessThan(60_000)
    expect(others).toEqual([])
    expect(await control.sessions('partner')).toEqual([])
    await control.endSession('default', made.id)
    expect(await control.sessions('default')).toEqual([])
    expect(await failure(control.endSession('default', made.id))).toMatchObject({
      code: 'ERR_SESSION_UNKNOWN',
      status: 404,
    })
  })

  test('the cookies are signed, and carry issuer and port', async () => {
    const { control, origin } = subject()
    const { port } = new URL(origin)

    const { cookies, user } = await control.signIn('partner', { user: 'bob', origins: ['https://login.example'] })

    const attributes = { path: '/', http_only: true, same_site: 'Lax', expires: expect.any(String) }
    const [{ value = '' } = {}] = cookies
    expect(user).toBe('bob')
    expect(cookies).toEqual([
      { name: `us_session_partner_${port}`, value, ...attributes },
      { name: `us_session_partner_${port}.sig`, value: expect.stringMatching(/^[\w-]{43}$/), ...attributes },
      { name: 'us_session_partner_443', value, ...attributes },
      { name: 'us_session_partner_443.sig', value: expect.stringMatching(/^[\w-]{43}$/), ...attributes },
    ])
  })

  test('times of sessions are those of the issuer, cookies those of browsers', async () => {
    const { control } = subject()
    await control.signIn('default', { user: 'alice', age: '10m' })
    await control.advanceClock('default', '12h')
    const { cookies } = await control.signIn('default', { user: 'alice' })

    const [first, second] = await control.sessions('default')

    const agoMs = (time = '') => Date.now() - Date.parse(time)
    expect(agoMs(first?.since) / 60_000).toBeCloseTo(10, 0)
    expect(agoMs(second?.since) / 3_600_000).toBeCloseTo(-12, 0)
    expect(agoMs(cookies[0]?.expires) / 3_600_000).toBeCloseTo(-24, 0)
  })

  test('sessions age out by the clock', async () => {
    const { control } = subject()
    const { id } = await control.signIn('default', { user: 'alice' })

    await control.advanceClock('default', '25h')

    expect(await control.sessions('default')).toEqual([])
    expect(await failure(control.endSession('default', id))).toMatchObject({ code: 'ERR_SESSION_UNKNOWN' })
  })

  test('sessions are listed and ended by user, or all at once', async () => {
    const { control } = subject()
    const { id } = await control.signIn('default', { user: 'alice' })
    const other = await control.signIn('default', { user: 'carol' })

    const ofAlice = await control.sessions('default', { user: 'alice' })
    await control.endSessions('default', { user: 'alice' })
    const left = await control.sessions('default')
    await control.endSessions('default')

    expect(ofAlice.map((session) => session.id)).toEqual([id])
    expect(left.map((session) => session.id)).toEqual([other.id])
    expect(await control.sessions('default')).toEqual([])
  })

  test('only those are signed in who may log in', async () => {
    const { control } = subject()

    expect(await failure(control.signIn('default', { user: 'mallory' }))).toMatchObject({
      code: 'ERR_USER_STATE',
      status: 409,
      message: expect.stringContaining('This account is locked.'),
    })
    expect(await failure(control.signIn('default', { user: 'alcie' }))).toMatchObject({
      code: 'ERR_USER_UNKNOWN',
      status: 404,
      message: expect.stringContaining('Did you mean "alice"?'),
    })
    expect(await failure(control.sessions('default', { user: 'alcie' }))).toMatchObject({ code: 'ERR_USER_UNKNOWN' })
    expect(await failure(control.endSessions('default', { user: 'alcie' }))).toMatchObject({ code: 'ERR_USER_UNKNOWN' })
    expect(await control.sessions('default')).toEqual([])
  })

  test.each([{ age: 'soon' }, { age: '1000y' }, { age: '14d' }, { origins: ['login'] }])(
    'nobody is signed in with %j',
    async (wrong) => {
      const { control } = subject()

      expect(await failure(control.signIn('default', { user: 'alice', ...wrong }))).toMatchObject({
        code: 'ERR_REQUEST_INVALID',
        status: 400,
      })
    },
  )

  test('every operation on the sessions of an unknown issuer says so', async () => {
    const { control } = subject()
    const operations = [
      control.sessions('partnr'),
      control.endSession('partnr', 'x'),
      control.endSessions('partnr', { user: 'bob' }),
      control.signIn('partnr', { user: 'bob' }),
    ]

    for (const error of await Promise.all(operations.map(failure))) {
      expect(error).toMatchObject({ code: 'ERR_ISSUER_UNKNOWN', status: 404 })
    }
  })
}
