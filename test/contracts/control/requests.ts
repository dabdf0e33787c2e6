import { expect, test } from 'vitest'
import type { JournalEntry } from '../../../src/control/requests.ts'
import { type ControlUnderTest, failure } from '../control.ts'

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

/** What every control does with the journals of its issuers. */
export function requestsContract(subject: () => ControlUnderTest): void {
  const ask = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(subject().origin + path, { method: 'POST', body: new URLSearchParams(form), headers })
  const poll = (code: string, headers?: Record<string, string>) =>
    ask('/token', { grant_type: deviceGrant, client_id: 'tv-app', device_code: code }, headers)
  const summary = ({ id, endpoint, method }: JournalEntry) => [id, method, endpoint]

  test('the journal tells what was asked, and what was answered', async () => {
    const { control } = subject()
    await ask('/device/auth', { client_id: 'tv-app', scope: 'openid' })
    await ask('/token', {
      grant_type: deviceGrant,
      client_id: 'tv-app',
      device_code: 'nope',
    })

    const entries = await control.requests('default')

    expect(entries.map(summary)).toEqual([
      ['1', 'POST', 'device_authorization'],
      ['2', 'POST', 'token'],
    ])
    expect(entries[0]).toMatchObject({
      kind: 'request',
      url: '/device/auth',
      client: 'tv-app',
      scope: 'openid',
      flow: expect.any(String),
      params: { client_id: 'tv-app', scope: 'openid' },
      answer: { status: 200, json: { interval: 5, device_code: expect.stringMatching(/^\[redacted [0-9a-f]{8}\]$/) } },
      faults: [],
    })
    expect(entries[1]).toMatchObject({
      grant_type: 'device_code',
      params: { device_code: expect.stringContaining('redacted') },
      faults: [{ fault: 'slow_down', origin: 'fixtures' }],
      refusal: { error: 'slow_down', why: expect.stringContaining('a fault of the fixtures, slow_down') },
    })
    expect(await control.request('default', '2')).toEqual(entries[1])
    expect(await control.requests('partner')).toEqual([])
  })

  test('secrets are shown to those who ask for them', async () => {
    const { control } = subject()
    await ask('/token', { grant_type: deviceGrant, client_id: 'tv-app', device_code: 'very-secret' })

    const blotted = await control.requests('default')
    const shown = await control.requests('default', { secrets: true })

    expect(JSON.stringify(blotted)).not.toContain('very-secret')
    expect(shown[0]?.params.device_code).toBe('very-secret')
    expect((await control.request('default', '1', { secrets: true })).params.device_code).toBe('very-secret')
  })

  test.each([
    [{ endpoint: 'token' }, ['2', '3']],
    [{ endpoint: ['token', 'jwks'] }, ['2', '3', '4']],
    [{ client: 'tv-app' }, ['1', '2', '3']],
    [{ client: '/^TV/i' }, ['1', '2', '3']],
    [{ grant_type: 'device_code' }, ['2', '3']],
    [{ scope: 'openid' }, ['1']],
    [{ tag: 'red' }, ['3']],
    [{ fault: 'slow_down' }, ['2']],
    [{ status: 200 }, ['1', '4']],
    [{ status: '/^4/' }, ['2', '3']],
    [{ error: 'invalid_grant' }, ['3']],
    [{ method: 'get' }, ['4']],
    [{ url: '/jwks' }, ['4']],
    [{ grant: 'none' }, []],
    [{ kind: 'call' }, []],
    [{ param: { device_code: 'b,c' } }, ['3']],
    [{ tag: 'red,blue' }, []],
    [{ tag: ['red', 'red,blue'] }, ['3']],
    [{ client: ['/a{1,2}/', 'tv-app'] }, ['1', '2', '3']],
    [{ header: { 'Understudy-Tag': ['blue', 'red'] } }, ['3']],
    [{ client: 'tv-app', error: 'slow_down' }, ['2']],
    [{ since: '2' }, ['3', '4']],
    [{ since: 2, limit: 1 }, ['3']],
    [{ order: 'desc', limit: 2 }, ['4', '3']],
  ] as const)('the journal is asked by %j', async (query, ids) => {
    const { control, origin } = subject()
    await ask('/device/auth', { client_id: 'tv-app', scope: 'openid' })
    await poll('a')
    await poll('b,c', { 'Understudy-Tag': 'red' })
    await fetch(`${origin}/jwks`)

    expect((await control.requests('default', query as never)).map(({ id }) => id)).toEqual(ids)
  })

  test.each([
    [{ endpont: 'token' }, 'Did you mean "endpoint"?'],
    [{ endpoint: 'tokn' }, 'Did you mean "token"?'],
    [{ since: 'x' }, 'since'],
    [{ order: 'up' }, 'order'],
    [{ wait: 'soon' }, 'wait'],
    [{ wait: '1h' }, 'at most 120 s'],
    [{ count: 0 }, 'count'],
    [{ client: '/[/' }, 'client'],
  ])('a query %j is refused', async (query, told) => {
    const error = await failure(subject().control.requests('default', query as never))

    expect(error).toMatchObject({ code: 'ERR_REQUEST_INVALID', status: 400 })
    expect(error.message).toContain(told)
  })

  test('a query waits until there is enough', async () => {
    const { control } = subject()
    const waiting = control.requests('default', { endpoint: 'token', count: 2, wait: '20s' })

    await poll('a')
    await ask('/device/auth', { client_id: 'tv-app', scope: 'openid' })
    await poll('b')

    expect((await waiting).map(({ endpoint }) => endpoint)).toEqual(['token', 'token'])
  })

  test('a query that has waited long enough tells what there is', async () => {
    const { control } = subject()
    await poll('a')

    expect(await control.requests('default', { endpoint: 'token', count: 2, wait: '50ms' })).toHaveLength(1)
    expect(await control.requests('default', { endpoint: 'jwks', wait: 0.05 })).toEqual([])
  })

  test('those who wait are bounded in number, and make room when they leave', async () => {
    const { control } = subject()
    const gone = new AbortController()
    const wait = { endpoint: 'userinfo', wait: '60s' } as const
    const waits = Array.from({ length: 201 }, () => control.requests('default', wait, { signal: gone.signal }))
    const over = Promise.allSettled(waits)

    const refused = await failure(Promise.race(waits))
    gone.abort()
    await over

    expect(refused).toMatchObject({ code: 'ERR_TOO_MANY_WAITING', status: 429 })
    await expect.poll(() => control.requests('default', { endpoint: 'jwks', wait: '1ms' }).catch(String)).toEqual([])
  })

  test('a request that has given way is unknown', async () => {
    const { control } = subject()
    await poll('a')
    await control.clearRequests('default')
    await poll('b')

    expect(await failure(control.request('default', '1'))).toMatchObject({ code: 'ERR_REQUEST_UNKNOWN', status: 404 })
    expect(await failure(control.request('default', 'first'))).toMatchObject({ code: 'ERR_REQUEST_UNKNOWN' })
    expect((await control.requests('default')).map(({ id }) => id)).toEqual(['2'])
  })

  test('what has a tag is forgotten, and nothing else', async () => {
    const { control } = subject()
    await poll('a', { 'Understudy-Tag': 'red' })
    await poll('b', { 'Understudy-Tag': 'blue, green' })
    await poll('c')

    await control.clearRequests('default', { tag: 're' })
    await control.clearRequests('default', { tag: 'blue, green' })

    expect((await control.requests('default')).map(({ id }) => id)).toEqual(['1', '3'])
    for (const which of [{ tag: '' }, { client: 'tv-app' }]) {
      expect(await failure(control.clearRequests('default', which as never))).toMatchObject({
        code: 'ERR_REQUEST_INVALID',
        status: 400,
      })
    }
    expect(await control.requests('default')).toHaveLength(2)
  })

  test('reset forgets the journal, unless told to keep it', async () => {
    const { control } = subject()
    await poll('a')

    await control.reset('default', { keep: ['requests'] })
    const kept = await control.requests('default')
    await control.reset('default')

    expect(kept).toHaveLength(1)
    expect(await control.requests('default')).toEqual([])
  })

  test('entries are followed from one on, as they come', async () => {
    const { control } = subject()
    await poll('a')
    const seen: string[] = []

    for await (const entry of control.followRequests('default', { since: '0', endpoint: 'token' })) {
      seen.push(entry.id)
      if (seen.length === 1) {
        await ask('/device/auth', { client_id: 'tv-app', scope: 'openid' })
        await poll('b')
      }
      if (seen.length === 2) break
    }

    expect(seen).toEqual(['1', '3'])
  })

  test('following ends by its signal, and by its limit', async () => {
    const { control } = subject()
    await poll('a')
    const gone = new AbortController()
    const seen: string[] = []

    for await (const { id } of control.followRequests('default', { since: '0' }, { signal: gone.signal })) {
      seen.push(id)
      gone.abort()
    }
    for await (const { id } of control.followRequests('default', { since: '0', limit: 1 })) seen.push(id)
    for await (const { id } of control.followRequests('default', {}, { signal: gone.signal })) seen.push(id)

    expect(seen).toEqual(['1', '1'])
  })

  test('following an unknown issuer, or by a wrong query, fails', async () => {
    const { control } = subject()
    const first = (issuer: string, query: object) =>
      control.followRequests(issuer, query)[Symbol.asyncIterator]().next()

    expect(await failure(first('partnr', {}))).toMatchObject({ code: 'ERR_ISSUER_UNKNOWN' })
    expect(await failure(first('default', { endpoint: 'tokn' }))).toMatchObject({ code: 'ERR_REQUEST_INVALID' })
  })

  test('every operation on the journal of an unknown issuer says so', async () => {
    const { control } = subject()
    const operations = [
      control.requests('partnr'),
      control.request('partnr', '1'),
      control.clearRequests('partnr'),
      control.verify('partnr'),
    ]

    for (const error of await Promise.all(operations.map(failure))) {
      expect(error).toMatchObject({ code: 'ERR_ISSUER_UNKNOWN', status: 404 })
    }
  })
}
