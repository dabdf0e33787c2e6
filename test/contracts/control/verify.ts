import { expect, test } from 'vitest'
import { type ControlUnderTest, failure } from '../control.ts'

/** What every control says of what tests expect. */
export function verifyContract(subject: () => ControlUnderTest): void {
  const poll = (headers: Record<string, string> = {}, client = 'tv-app') =>
    fetch(`${subject().origin}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        client_id: client,
        device_code: 'x',
      }),
      headers,
    })

  test('what was asked as expected is reported', async () => {
    await poll()
    await poll()

    const report = await subject().control.verify('default', {
      expect: [
        { when: { endpoint: 'token', client: 'tv-app' }, times: 2 },
        { when: { endpoint: 'token' }, answer: { status: 400, error: 'slow_down' }, times: 1 },
        { when: { endpoint: 'token' }, times: { max: 3 } },
        { when: { endpoint: 'token' } },
        { when: { endpoint: 'userinfo' }, times: 0 },
      ],
    })

    expect(report.unfired).toEqual([])
    expect(report.expectations.map(({ met, matched, requests }) => [met, matched, requests])).toEqual([
      [true, 2, ['1', '2']],
      [true, 1, ['1']],
      [true, 2, ['1', '2']],
      [true, 2, ['1', '2']],
      [true, 0, []],
    ])
  })

  test('what was not asked is told, with what came near', async () => {
    await poll()
    await poll({}, 'tv-ap')

    const error = await failure(
      subject().control.verify('default', {
        expect: [{ when: { endpoint: 'token', client: 'tv-app' }, times: { min: 2, max: 3 } }],
      }),
    )

    expect(error).toMatchObject({ code: 'ERR_VERIFY_FAILED', status: 422 })
    expect(error.message).toBe(
      [
        'Failed to verify:',
        '- expected 2 to 3 requests with endpoint=token client=tv-app; there was 1 (1).',
        '    2 (POST token, 401) came near: client: expected tv-app, was tv-ap',
      ].join('\n'),
    )
    expect(error.details).toMatchObject({
      expectations: [
        {
          met: false,
          times: { min: 2, max: 3 },
          matched: 1,
          requests: ['1'],
          near_misses: [{ request: '2', differs: [{ member: 'client', expected: 'tv-app', was: 'tv-ap' }] }],
        },
      ],
      unfired: [],
    })
  })

  test('where no journal is kept, no expectation is met or missed, and armed faults are told of all the same', async () => {
    await subject().control.createIssuer({ name: 'silent', journal: { max_entries: 0 } })

    for (const times of [0, 1]) {
      const expected = [{ when: { endpoint: 'token' }, times }]
      const error = await failure(subject().control.verify('silent', { expect: expected }))
      expect(error).toMatchObject({ code: 'ERR_NO_JOURNAL', status: 409 })
      expect(error.message).toContain('this issuer keeps no journal')
    }
    await subject().control.arm('silent', { fault: 'server_error', when: { endpoint: 'token' } })
    const unfired = await failure(subject().control.verify('silent'))
    expect(unfired).toMatchObject({ code: 'ERR_VERIFY_FAILED' })
    expect(unfired.message).toMatch(/It fires at [^;]+; this issuer keeps no journal that would say more\./)
  })

  test('what was asked too often is told', async () => {
    await poll()

    const error = await failure(
      subject().control.verify('default', { expect: [{ when: { endpoint: 'token' }, times: 0 }] }),
    )

    expect(error.message).toContain('expected no request with endpoint=token; there was 1 (1).')
  })

  test('a fault that never fired fails it, with the reason', async () => {
    const { control } = subject()
    await poll()
    const { id } = await control.arm('default', { fault: 'invalid_token', when: { endpoint: 'userinfo' } })
    await control.arm('default', { fault: 'expired_token', skip: 2 })
    await poll()

    const error = await failure(control.verify('default'))

    expect(error.code).toBe('ERR_VERIFY_FAILED')
    expect(error.message).toContain(`the armed fault invalid_token (${id}) never fired: no request matched it.`)
    expect(error.message).toContain('1 request matched it. The first 2 were to pass (skip).')
    expect(error.details?.unfired).toMatchObject([
      { id, fault: 'invalid_token', matches: 0 },
      { fault: 'expired_token', matches: 1 },
    ])
    await expect(control.verify('default', { unfired: false })).resolves.toMatchObject({ unfired: [] })
  })

  test('the faults of the fixtures are let be where only added ones count', async () => {
    const { control } = subject()

    expect((await failure(control.verify('default'))).message).toContain('the armed fault slow_down')
    await expect(control.verify('default', { unfired: 'added' })).resolves.toEqual({ expectations: [], unfired: [] })
  })

  test('a tag narrows requests and faults', async () => {
    const { control } = subject()
    await control.arm('default', { fault: 'expired_token', when: { tag: 'red' } })
    await poll({ 'Understudy-Tag': 'blue' })

    await expect(
      control.verify('default', { tag: 'blue', expect: [{ when: { endpoint: 'token' }, times: 1 }] }),
    ).resolves.toMatchObject({ expectations: [{ matched: 1 }], unfired: [] })
    const error = await failure(control.verify('default', { tag: 'red', expect: [{ when: { endpoint: 'token' } }] }))
    expect(error.message).toContain('there was none')
    expect(error.message).toContain('the armed fault expired_token')
  })

  test.each([
    [{ expct: [] }, 'Did you mean "expect"?'],
    [{ expect: [{ whn: {} }] }, 'Did you mean "when"?'],
    [{ expect: [{ when: { endpint: 'token' } }] }, 'Did you mean "endpoint"?'],
    [{ expect: [{ when: { endpoint: 'tokn' } }] }, 'Did you mean "token"?'],
    [{ expect: [{ times: -1 }] }, 'times'],
    [{ expect: [{ times: { min: 3, max: 1 } }] }, 'max'],
  ])('expectations %j are refused', async (verification, told) => {
    const error = await failure(subject().control.verify('default', verification as never))

    expect(error).toMatchObject({ code: 'ERR_REQUEST_INVALID', status: 400 })
    expect(error.message).toContain(told)
  })
}
