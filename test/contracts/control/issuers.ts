import { expect, test } from 'vitest'
import { type ControlUnderTest, failure } from '../control.ts'

/** What every control does with issuers. */
export function issuersContract(subject: () => ControlUnderTest): void {
  test('an issuer is created, listed, and gone once it is ended', async () => {
    const { control, origin } = subject()
    const declared = { name: 'shop', users: ['carol'], clients: [{ client_id: 'tv', grant_types: ['device_code'] }] }

    const made = await control.createIssuer(declared, origin)
    const discovery = await fetch(`${made.issuer}/.well-known/openid-configuration`)

    expect(made).toEqual({ name: 'shop', issuer: `${origin}/shop`, persona: 'generic', users: 1, clients: 1 })
    expect(await discovery.json()).toMatchObject({ issuer: made.issuer })
    expect(await control.issuers(origin)).toContainEqual(made)
    expect(await control.users('shop')).toMatchObject([{ username: 'carol' }])
    await control.endIssuer('shop')
    expect(await failure(control.users('shop'))).toMatchObject({ code: 'ERR_ISSUER_UNKNOWN' })
    expect((await fetch(`${made.issuer}/.well-known/openid-configuration`)).status).toBe(404)
  })

  test('a name is made up where none is given', async () => {
    const { control } = subject()

    const [one, other] = await Promise.all([control.createIssuer(), control.createIssuer({})])

    expect(one.name).toMatch(/^[\w-]+$/)
    expect(one.name).not.toBe(other.name)
  })

  test.each([
    ['a name that is taken', { name: 'partner' }, 'ERR_ISSUER_EXISTS', 409, 'there is one already'],
    ['a reserved name', { name: '_understudy' }, 'ERR_FIXTURES_INVALID', 422, 'this name is reserved'],
    ['mistakes', { name: 'shop', users: [7] }, 'ERR_FIXTURES_INVALID', 422, 'issuers.shop.users[0]'],
  ])('an issuer with %s is not created', async (_what, declared, code, status, message) => {
    const { control } = subject()
    const before = await control.issuers()

    const error = await failure(control.createIssuer(declared))

    expect(error).toMatchObject({ code, status, message: expect.stringContaining(message) })
    expect(await control.issuers()).toEqual(before)
  })

  test.each([
    ['default', 'it is the root issuer'],
    ['partner', 'the fixtures declare it'],
  ])('%s is not ended', async (name, why) => {
    const { control } = subject()
    const before = await control.issuers()

    const error = await failure(control.endIssuer(name))

    expect(error).toMatchObject({ code: 'ERR_ISSUER_DECLARED', status: 409, message: expect.stringContaining(why) })
    expect(await control.issuers()).toEqual(before)
  })

  test('an issuer that is not there is not ended', async () => {
    expect(await failure(subject().control.endIssuer('partnr'))).toMatchObject({
      code: 'ERR_ISSUER_UNKNOWN',
      status: 404,
    })
  })
}
