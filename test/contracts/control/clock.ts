import { expect, test } from 'vitest'
import { type ControlUnderTest, failure } from '../control.ts'

/** What every control does with the clocks of its issuers. */
export function clockContract(subject: () => ControlUnderTest): void {
  const driftMs = (now: string) => Math.abs(Date.parse(now) - Date.now())

  test('a clock tells real time until it is moved', async () => {
    const { control } = subject()

    const view = await control.clock('default')

    expect(view).toEqual({ now: expect.any(String), advanced_seconds: 0, skew_seconds: 0 })
    expect(driftMs(view.now)).toBeLessThan(60_000)
  })

  test('a clock goes forward by steps, of one issuer', async () => {
    const { control } = subject()

    await control.advanceClock('default', '31d')
    const view = await control.advanceClock('default', 30)

    expect(view).toMatchObject({ advanced_seconds: 31 * 86_400 + 30 })
    expect(Math.abs(driftMs(view.now) - view.advanced_seconds * 1000)).toBeLessThan(60_000)
    expect(await control.clock('default')).toMatchObject({ advanced_seconds: view.advanced_seconds })
    expect(await control.clock('partner')).toMatchObject({ advanced_seconds: 0 })
  })

  test.each([
    ['-90s', -90],
    ['+5m', 300],
    [-1.5, -1],
    ['1h30m', 5400],
    [0, 0],
    ['-0.5s', 0],
  ])('a skew of %j is %d seconds, and leaves the time alone', async (skew, seconds) => {
    const { control } = subject()

    const view = await control.setClock('default', { skew })

    expect(view).toEqual({ now: expect.any(String), advanced_seconds: 0, skew_seconds: seconds })
    expect(driftMs(view.now)).toBeLessThan(60_000)
    expect(await control.clock('default')).toMatchObject({ skew_seconds: seconds })
    expect(await control.clock('partner')).toMatchObject({ skew_seconds: 0 })
  })

  test.each(['soon', '', '-1s', -1, Number.NaN, '1 d'])('a clock does not go forward by %j', async (by) => {
    const { control } = subject()

    expect(await failure(control.advanceClock('default', by))).toMatchObject({
      code: 'ERR_REQUEST_INVALID',
      status: 400,
      message: expect.stringContaining('expected a duration'),
    })
    expect(await control.clock('default')).toMatchObject({ advanced_seconds: 0 })
  })

  test.each(['early', '', '--1s', '- 90s'])('a clock is not skewed by %j', async (skew) => {
    const { control } = subject()

    expect(await failure(control.setClock('default', { skew }))).toMatchObject({
      code: 'ERR_REQUEST_INVALID',
      status: 400,
      message: expect.stringContaining('text such as -90s'),
    })
  })

  test('a clock has an end', async () => {
    const { control } = subject()

    await control.advanceClock('default', '999y')

    expect(await failure(control.advanceClock('default', '2y'))).toMatchObject({ code: 'ERR_CLOCK_RANGE', status: 400 })
    expect(await failure(control.setClock('default', { skew: '-1001y' }))).toMatchObject({ code: 'ERR_CLOCK_RANGE' })
    expect(await control.clock('default')).toMatchObject({ advanced_seconds: 999 * 31_536_000, skew_seconds: 0 })
  })

  test('reset puts the clock right, unless it is to be kept', async () => {
    const { control } = subject()
    await control.advanceClock('default', '1h')
    await control.setClock('default', { skew: -5 })

    await control.reset('default', { keep: ['clock'] })
    const kept = await control.clock('default')
    await control.reset('default')

    expect(kept).toMatchObject({ advanced_seconds: 3600, skew_seconds: -5 })
    expect(await control.clock('default')).toMatchObject({ advanced_seconds: 0, skew_seconds: 0 })
  })

  test('every operation on the clock of an unknown issuer says so', async () => {
    const { control } = subject()
    const operations = [
      control.clock('partnr'),
      control.advanceClock('partnr', 1),
      control.setClock('partnr', { skew: 1 }),
    ]

    for (const error of await Promise.all(operations.map(failure))) {
      expect(error).toMatchObject({ code: 'ERR_ISSUER_UNKNOWN', status: 404 })
    }
  })
}
