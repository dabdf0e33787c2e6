import { expect, test } from 'vitest'
import { type ControlUnderTest, failure } from '../control.ts'

/** What every control does with requests that a fault holds. */
export function holdContract(subject: () => ControlUnderTest): void {
  async function held(count: number) {
    const { control, origin } = subject()
    const { id } = await control.arm('default', { fault: 'hold', when: { endpoint: 'jwks' }, times: 'always' })
    const answers: Promise<Response>[] = []
    for (let sent = 1; sent <= count; sent += 1) {
      answers.push(fetch(`${origin}/jwks`))
      await expect.poll(async () => (await control.fault('default', id)).waiting).toBe(sent)
    }
    return { control, id, answers }
  }

  test('a fault shows what it holds, and lets go of all', async () => {
    const { control, id, answers } = await held(2)
    const { held: shown } = await control.fault('default', id)

    const report = await control.release('default', id)

    expect(shown).toMatchObject([
      { request: 1, endpoint: 'jwks', held_ms: expect.any(Number) },
      { request: 2, endpoint: 'jwks' },
    ])
    expect(report).toEqual({ released: 2, waiting: 0 })
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200])
    expect((await control.faults('default')).at(-1)).toMatchObject({ id, fires: 2, waiting: 0, held: [] })
  })

  test('one of several is released', async () => {
    const { control, id, answers } = await held(2)

    expect(await control.release('default', id, { request: 2 })).toEqual({ released: 1, waiting: 1 })

    expect((await answers[1])?.status).toBe(200)
    expect(await control.fault('default', id)).toMatchObject({ waiting: 1, held: [{ request: 1 }] })
    await control.disarm('default', id)
    expect((await answers[0])?.status).toBe(200)
  })

  test('what is not held cannot be released', async () => {
    const { control, id, answers } = await held(1)

    expect(await failure(control.release('default', id, { request: 2 }))).toMatchObject({
      code: 'ERR_NOT_HELD',
      status: 409,
      message: `Failed to release "${id}": it does not hold a request 2. It holds 1.`,
    })
    await control.release('default', id)
    expect(await failure(control.release('default', id))).toMatchObject({ code: 'ERR_NOT_HELD', status: 409 })
    expect(await failure(control.release('default', 'nothing'))).toMatchObject({
      code: 'ERR_ARMED_UNKNOWN',
      status: 404,
    })
    await Promise.all(answers)
  })

  test('faults that hold nothing say nothing of it', async () => {
    const { control } = subject()

    expect(await control.arm('default', { fault: 'hold', with: { until: 3 } })).toMatchObject({
      times: 3,
      waiting: 0,
      held: [],
    })
    expect((await control.faults('default'))[0]).not.toHaveProperty('waiting')
  })

  test('releasing on an unknown issuer says so', async () => {
    expect(await failure(subject().control.release('partnr', 'f1'))).toMatchObject({ code: 'ERR_ISSUER_UNKNOWN' })
  })
}
