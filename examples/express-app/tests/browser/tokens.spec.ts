import { expect, test } from './stage.ts'

test.beforeEach(({ signIn }) => signIn('bob'))

test('two tabs whose token is refused refresh it once', async ({ context, page, idp }) => {
  await page.goto('/login')
  const other = await context.newPage()
  const refused = await idp.arm({ fault: 'invalid_token', when: { endpoint: 'userinfo' }, times: 2 })
  const gate = await idp.arm({ fault: 'hold', when: { grant_type: 'refresh_token' } })

  const first = page.goto('/account')
  await gate.holding()
  // Browsers keep a second request for the same page back until the first one is answered.
  const second = other.goto('/account?tab=2')
  await refused.fired(2)
  await gate.release()

  expect([(await first)?.status(), (await second)?.status()]).toEqual([200, 200])
  await idp.verify([{ when: { grant_type: 'refresh_token' }, answer: { status: 200 }, times: 1 }])
})

test('a token for somebody else is refused by the API, and the user is told', async ({ page, idp }) => {
  const fault = await idp.arm({ fault: 'invalid-aud', when: { token: 'access_token' }, times: 2 })

  await page.goto('/login')

  await expect(page.getByRole('alert')).toContainText("does not accept your token: unexpected 'aud' claim value")
  await fault.fired(2)
  await page.getByRole('link', { name: 'Notes' }).click()
  await expect(page.getByLabel('A new note')).toBeVisible()
})

test('a provider that is down is not the end of a session', async ({ page, idp }) => {
  await idp.arm({ fault: 'exp-in-past', when: { token: 'access_token', grant_type: 'authorization_code' } })
  await idp.arm({ fault: 'temporarily_unavailable', when: { grant_type: 'refresh_token' } })

  await page.goto('/login')
  await expect(page.getByRole('alert')).toBeVisible()

  await page.goto('/')
  await expect(page.getByRole('link', { name: 'Bob Dodgson' })).toBeVisible()
})
