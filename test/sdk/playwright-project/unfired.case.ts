import { expect, test } from './base.ts'

test('a fault that never fires fails', async ({ idp }) => {
  await idp.arm('invalid_client')
})

test('a test that fails by itself fails by that alone', async ({ idp }) => {
  await idp.arm('invalid_client')

  expect(200).toBe(418)
})

test.describe('where it may stay unfired', () => {
  test.use({ allowUnfired: true })

  test('a fault that never fires passes', async ({ idp }) => {
    await idp.arm('invalid_client')
  })
})

test('a retry has a tag of its own', async ({ idp }, { retry }) => {
  await idp.arm('invalid_client')
  const { searchParams: query } = await idp.login('alice', { client: 'app' })

  const status = retry === 0 ? 401 : await redeem(`${idp.url}/token`, query.get('code') ?? '')

  expect(status).toBe(401)
  expect(idp.tag).toMatch(new RegExp(`-${retry}$`))
})

async function redeem(endpoint: string, code: string): Promise<number> {
  const body = new URLSearchParams({ client_id: 'app', client_secret: 's', grant_type: 'authorization_code', code })
  return (await fetch(endpoint, { method: 'POST', body })).status
}
