import { expect, test } from 'vitest'
import { type ControlUnderTest, failure } from '../control.ts'

/** What every control does with the keys of its issuers. */
export function keysContract(subject: () => ControlUnderTest): void {
  test('keys are listed by their public side', async () => {
    const { control } = subject()

    const keys = await control.keys('default')

    expect(keys).toEqual([
      { kid: expect.stringMatching(/^rs256-/), kty: 'RSA', alg: 'RS256', ...made },
      { kid: expect.stringMatching(/^es256-/), kty: 'EC', crv: 'P-256', alg: 'ES256', ...made },
      { kid: expect.stringMatching(/^eddsa-/), kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', ...made },
    ])
    expect(Math.abs(Date.parse(keys[0]?.since ?? '') - Date.now())).toBeLessThan(60_000)
  })

  test('a rotated algorithm signs with a new key, of one issuer; the old one stays behind it', async () => {
    const { control } = subject()
    const before = await control.keys('default')

    const after = await control.rotateKeys('default', { alg: 'ES256' })

    const [made, ...kept] = after
    expect(made).toMatchObject({ alg: 'ES256', crv: 'P-256', use: 'sig', current: true })
    expect(kept).toEqual(before.map((key) => ({ ...key, current: key.alg !== 'ES256' })))
    expect(await control.keys('default')).toEqual(after)
    expect(await control.keys('partner')).toEqual(before)
  })

  test('an old key goes at once where it is not to be kept, with those that were kept before', async () => {
    const { control } = subject()
    const before = await control.rotateKeys('default', { alg: 'ES256' })

    const after = await control.rotateKeys('default', { alg: 'ES256', keep_old: false })

    const others = before.filter(({ alg }) => alg !== 'ES256')
    expect(after).toEqual([expect.objectContaining({ alg: 'ES256', current: true }), ...others])
    expect(before.map(({ kid }) => kid)).not.toContain(after[0]?.kid)
  })

  test('without an algorithm all are rotated', async () => {
    const { control } = subject()
    const before = await control.keys('partner')

    const after = await control.rotateKeys('partner')

    expect(after.map(({ alg, current }) => `${alg} ${current}`).sort()).toEqual([
      'ES256 false',
      'ES256 true',
      'EdDSA false',
      'EdDSA true',
      'RS256 false',
      'RS256 true',
    ])
    expect(after.slice(3).map(({ kid }) => kid)).toEqual(before.map(({ kid }) => kid))
  })

  test('rotations at the same time follow each other', async () => {
    const { control } = subject()

    await Promise.all([1, 2, 3].map(() => control.rotateKeys('default', { alg: 'EdDSA' })))

    expect((await control.keys('default')).filter(({ alg }) => alg === 'EdDSA')).toHaveLength(4)
  })

  test('an algorithm without a key is guessed', async () => {
    const { control } = subject()

    expect(await failure(control.rotateKeys('default', { alg: 'RS25' }))).toMatchObject({
      code: 'ERR_KEY_ALG',
      status: 400,
      message: expect.stringContaining('Did you mean "RS256"?'),
    })
  })

  test('reset leaves keys alone', async () => {
    const { control } = subject()
    const rotated = await control.rotateKeys('default', { alg: 'EdDSA', keep_old: false })

    await control.reset('default')

    expect(await control.keys('default')).toEqual(rotated)
  })

  test('every operation on the keys of an unknown issuer says so', async () => {
    const { control } = subject()

    const operations = [control.keys('partnr'), control.rotateKeys('partnr')]

    for (const error of await Promise.all(operations.map(failure))) {
      expect(error).toMatchObject({ code: 'ERR_ISSUER_UNKNOWN', status: 404 })
    }
  })
}

const made = { use: 'sig', current: true, since: expect.any(String) }
