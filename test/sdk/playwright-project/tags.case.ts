import { expect, test } from './base.ts'

test.describe.configure({ mode: 'parallel' })

for (const attempt of [1, 2, 3]) {
  test(`browser ${attempt} is refused, and its app by the back channel`, async ({ page, signIn, idp }) => {
    await signIn('alice')
    await idp.arm('temporarily_unavailable')
    await idp.arm({ fault: 'invalid_grant', when: { endpoint: 'token' } })

    await page.goto('/')
    await expect(page.locator('body')).toHaveText('The provider says temporarily_unavailable.')
    await page.goto('/')
    await expect(page.locator('body')).toHaveText('The token endpoint says invalid_grant.')

    await idp.verify([{ when: { endpoint: 'token' }, times: 1, answer: { error: 'invalid_grant' } }])
  })

  test(`browser ${attempt} is not`, async ({ page, signIn, idp }) => {
    await signIn('bob')

    await page.goto('/')

    await expect(page.locator('body')).toHaveText('Hello Bob, you are editor.')
    expect(await idp.armed()).toEqual([])
  })
}
