import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Control } from '../../src/control/control.ts'
import { UnderstudyError } from '../../src/errors.ts'
import { certificatesContract } from './control/certificates.ts'
import { cibaContract } from './control/ciba.ts'
import { clockContract } from './control/clock.ts'
import { entriesContract } from './control/entries.ts'
import { fixturesContract } from './control/fixtures.ts'
import { grantsContract } from './control/grants.ts'
import { holdContract } from './control/hold.ts'
import { initiateLoginContract } from './control/initiate-login.ts'
import { inputContract } from './control/input.ts'
import { issuersContract } from './control/issuers.ts'
import { keysContract } from './control/keys.ts'
import { logoutContract } from './control/logout.ts'
import { requestsContract } from './control/requests.ts'
import { sessionsContract } from './control/sessions.ts'
import { tokensContract } from './control/tokens.ts'
import { verifyContract } from './control/verify.ts'
import { wordingContract } from './control/wording.ts'

/** Fixtures that the control under test runs. */
export const controlFixtures = {
  users: ['alice', 'carol', { username: 'mallory', state: 'locked' }],
  clients: [{ client_id: 'tv-app', grant_types: ['device_code'] }],
  faults: [{ fault: 'slow_down', when: { client: 'tv-app' } }],
  scenarios: {
    'tv-expires': { description: 'The code is gone', faults: [{ fault: 'expired_token', times: 'always' }] },
  },
  issuers: { partner: { users: ['bob'] } },
} as const

/** A control, and the issuers that it controls. */
export interface ControlUnderTest {
  control: Control
  /** What `issuer: auto` stands for. */
  origin: string
  /** Begins a device request of `tv-app`, and gives its user code. */
  startDevice(): Promise<string>
  close(): Promise<void>
}

/** What an operation fails with. */
export async function failure(operation: Promise<unknown>): Promise<UnderstudyError> {
  const error = await operation.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(UnderstudyError)
  return error as UnderstudyError
}

/** What every control does, however it reaches its issuers. */
export function controlContract(open: () => Promise<ControlUnderTest>): void {
  let opened: ControlUnderTest
  let control: Control

  beforeEach(async () => {
    opened = await open()
    control = opened.control
  })
  afterEach(() => opened.close())

  inputContract(() => opened)
  cibaContract(() => opened)
  initiateLoginContract(() => opened)
  certificatesContract(() => opened)
  clockContract(() => opened)
  keysContract(() => opened)
  holdContract(() => opened)
  logoutContract(() => opened)
  sessionsContract(() => opened)
  tokensContract(() => opened)
  grantsContract(() => opened)
  issuersContract(() => opened)
  fixturesContract(() => opened)
  entriesContract(() => opened)
  requestsContract(() => opened)
  verifyContract(() => opened)
  wordingContract(() => opened)

  test('health is ok', async () => {
    expect(await control.health()).toEqual({ status: 'ok', version: expect.stringMatching(/^\d+\.\d+\.\d+/) })
  })

  test('issuers are listed under the origin that asks', async () => {
    expect(await control.issuers(opened.origin)).toEqual([
      { name: 'default', issuer: opened.origin, persona: 'generic', users: 3, clients: 1 },
      { name: 'partner', issuer: `${opened.origin}/partner`, persona: 'generic', users: 1, clients: 0 },
    ])
  })

  test('every operation on an unknown issuer says so', async () => {
    const operations = [
      control.faults('partnr'),
      control.fault('partnr', 'f1'),
      control.arm('partnr', { fault: 'slow_down' }),
      control.disarm('partnr'),
      control.scenarios('partnr'),
      control.toggleScenario('partnr', 'tv-expires', true),
      control.devices('partnr'),
      control.device('partnr', 'AAAA-BBBB'),
      control.actOnDevice('partnr', 'AAAA-BBBB', { action: 'deny' }),
      control.ciba('partnr'),
      control.initiateLogin('partnr', 'tv-app'),
      control.actOnCiba('partnr', 'x', { action: 'deny' }),
      control.reset('partnr'),
    ]

    for (const error of await Promise.all(operations.map(failure))) {
      expect(error).toMatchObject({
        code: 'ERR_ISSUER_UNKNOWN',
        status: 404,
        message: expect.stringContaining('Did you mean "partner"?'),
      })
    }
  })

  test('the faults of the fixtures are armed at start', async () => {
    expect(await control.faults('default')).toMatchObject([
      { fault: 'slow_down', when: { client: 'tv-app' }, origin: 'fixtures', matches: 0, fires: 0, spent: false },
    ])
  })

  test('an armed fault is listed, found, and gone once disarmed', async () => {
    const armed = await control.arm('default', { fault: 'invalid_grant', with: { status: 418 }, skip: 2, times: 3 })

    expect(armed).toMatchObject({
      fault: 'invalid_grant',
      with: { status: 418 },
      when: {},
      skip: 2,
      times: 3,
      per: 'issuer',
      origin: 'admin',
    })
    expect(await control.fault('default', armed.id)).toEqual(armed)
    expect(await control.faults('default')).toContainEqual(armed)
    await control.disarm('default', armed.id)
    expect(await control.faults('default')).not.toContainEqual(armed)
    expect(await failure(control.fault('default', armed.id))).toMatchObject({ code: 'ERR_ARMED_UNKNOWN', status: 404 })
    expect(await failure(control.disarm('default', armed.id))).toMatchObject({ code: 'ERR_ARMED_UNKNOWN', status: 404 })
  })

  test('a script is armed like a fault', async () => {
    const armed = await control.arm('default', { script: ['slow_down', 'pass'], when: { client: 'tv-app' } })

    expect(armed).toMatchObject({ script: ['slow_down', 'pass'], when: { client: 'tv-app' }, per: 'flow' })
  })

  test('all faults are disarmed at once, of one issuer', async () => {
    await control.arm('partner', { fault: 'invalid_grant' })

    await control.disarm('default')

    expect(await control.faults('default')).toEqual([])
    expect(await control.faults('partner')).toMatchObject([{ fault: 'invalid_grant' }])
  })

  test('a fault that does not exist is guessed', async () => {
    expect(await failure(control.arm('default', { fault: 'slow_dwn' }))).toMatchObject({
      code: 'ERR_FAULT_UNKNOWN',
      status: 404,
      message: expect.stringContaining('Did you mean "slow_down"?'),
    })
  })

  test.each([
    ['a parameter that it does not take', { fault: 'slow_down', with: { statsu: 500 } }],
    ['an endpoint where it cannot fire', { fault: 'slow_down', when: { endpoint: 'userinfo' } }],
    ['a member that nobody knows', { fault: 'slow_down', tims: 2 }],
    ['nothing at all', {}],
  ])('a fault with %s is not armed', async (_what, spec) => {
    const before = await control.faults('default')

    expect(await failure(control.arm('default', spec))).toMatchObject({ code: 'ERR_FAULT_INVALID', status: 400 })
    expect(await control.faults('default')).toEqual(before)
  })

  test('a scenario arms its faults while it is on', async () => {
    const on = await control.toggleScenario('default', 'tv-expires', true)
    const whileOn = await control.faults('default')
    const off = await control.toggleScenario('default', 'tv-expires', false)

    expect(on).toEqual({ name: 'tv-expires', description: 'The code is gone', enabled: true })
    expect(whileOn.at(-1)).toMatchObject({ fault: 'expired_token', origin: 'scenario', scenario: 'tv-expires' })
    expect(off).toMatchObject({ enabled: false })
    expect(await control.faults('default')).toHaveLength(1)
    expect(await control.scenarios('default')).toEqual([off])
  })

  test('a scenario that does not exist is guessed', async () => {
    expect(await failure(control.toggleScenario('default', 'tv-expire', true))).toMatchObject({
      code: 'ERR_SCENARIO_UNKNOWN',
      status: 404,
      message: expect.stringContaining('Did you mean "tv-expires"?'),
    })
  })

  test('a device request is pending until somebody decides', async () => {
    const userCode = await opened.startDevice()
    const pending = await control.devices('default')
    const one = await control.device('default', userCode.toLowerCase())

    await control.actOnDevice('default', userCode.toLowerCase(), { action: 'approve', user: 'alice' })

    expect(pending).toEqual([
      { user_code: userCode, client_id: 'tv-app', scope: 'openid', expires_in: expect.any(Number) },
    ])
    expect(one).toMatchObject({ user_code: userCode, client_id: 'tv-app' })
    expect(await failure(control.device('default', userCode))).toMatchObject({ code: 'ERR_DEVICE_DECIDED' })
    expect(await failure(control.device('default', 'NONE-SUCH'))).toMatchObject({ code: 'ERR_DEVICE_UNKNOWN' })
    expect(await control.devices('default')).toEqual([])
  })

  test.each(['deny', 'expire'] as const)('%s decides a device request once', async (action) => {
    const userCode = await opened.startDevice()

    await control.actOnDevice('default', userCode, { action })

    expect(await control.devices('default')).toEqual([])
    expect(await failure(control.actOnDevice('default', userCode, { action }))).toMatchObject({ status: 409 })
  })

  test('a device request is approved only by those who may log in', async () => {
    const userCode = await opened.startDevice()
    const approve = (user: string) => control.actOnDevice('default', userCode, { action: 'approve', user })

    expect(await failure(approve('nobody'))).toMatchObject({ code: 'ERR_USER_UNKNOWN', status: 404 })
    expect(await failure(approve('mallory'))).toMatchObject({ code: 'ERR_USER_STATE', status: 409 })
    expect(await control.devices('default')).toHaveLength(1)
  })

  test('a device request that asks for nobody is approved by who is named alone', async () => {
    const userCode = await opened.startDevice()

    expect(await failure(control.actOnDevice('default', userCode, { action: 'approve' }))).toMatchObject({
      code: 'ERR_REQUEST_INVALID',
      status: 400,
      message: `Failed to approve "${userCode}": user is missing: expected the username of who approves, since the request asks for nobody here.`,
    })
    expect(await control.devices('default')).toHaveLength(1)
  })

  test('a user code that nobody was given is unknown', async () => {
    const operation = control.actOnDevice('default', 'AAAA-BBBB', { action: 'deny' })

    expect(await failure(operation)).toMatchObject({ code: 'ERR_DEVICE_UNKNOWN', status: 404 })
  })

  test('reset goes back to the fixtures', async () => {
    const before = await control.faults('default')
    await opened.startDevice()
    await control.arm('default', { fault: 'invalid_grant' })
    await control.toggleScenario('default', 'tv-expires', true)

    await control.reset('default')

    const withoutIds = (faults: typeof before) => faults.map(({ id: _id, ...fault }) => fault)
    expect(withoutIds(await control.faults('default'))).toEqual(withoutIds(before))
    expect(await control.scenarios('default')).toMatchObject([{ enabled: false }])
    expect(await control.devices('default')).toEqual([])
  })

  test('reset keeps what it is asked to keep', async () => {
    const userCode = await opened.startDevice()
    const armed = await control.arm('default', { fault: 'invalid_grant' })

    await control.reset('default', { keep: ['tokens', 'faults'] })

    expect(await control.faults('default')).toContainEqual(armed)
    expect(await control.devices('default')).toMatchObject([{ user_code: userCode }])
  })
}
