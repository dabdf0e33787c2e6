import { expect, test } from './stage.ts'

test('who logs out elsewhere is out here as well', async ({ context, page, idp }) => {
  const session = await idp.sessionCookies('carol')
  await context.addCookies(session)
  await page.goto('/login')
  await expect(page.getByRole('link', { name: 'Carol Hatter' })).toBeVisible()

  const deliveries = await idp.logout({ sid: session.id, end_session: true })

  expect(deliveries).toMatchObject([{ client_id: 'notes-web', status: 204 }])
  await page.reload()
  await expect(page.getByRole('link', { name: 'Log in' })).toBeVisible()
})
