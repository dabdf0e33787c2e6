import { expect, test } from './base.ts'

for (const [user, greeting] of [
  ['alice', 'Hello Alice, you are admin.'],
  ['bob', 'Hello Bob, you are editor.'],
  ['carol', 'Hello Carol, you are reader.'],
] as const) {
  test(`${user} is signed in`, async ({ page, signIn, idp }) => {
    await signIn(user)

    await page.goto('/')

    await expect(page.locator('body')).toHaveText(greeting)
    expect(await idp.requests({ endpoint: 'token' })).toMatchObject([{ user, tag: idp.tag }])
  })
}

test('three people at once', async ({ browser, baseURL, signIn, signedIn, idp }) => {
  const contexts = [
    await browser.newContext({ baseURL, storageState: await signedIn('alice') }),
    await browser.newContext({ baseURL, storageState: await signedIn('bob') }),
    await browser.newContext({ baseURL }),
  ] as const
  await signIn('carol', { context: contexts[2] })

  const pages = await Promise.all(contexts.map((context) => context.newPage()))
  await Promise.all(pages.map((page) => page.goto('/')))

  const greetings = await Promise.all(pages.map((page) => page.textContent('body')))
  expect(greetings.map((greeting) => /\w+(?=,)/.exec(greeting ?? '')?.[0])).toEqual(['Alice', 'Bob', 'Carol'])
  // What `signedIn` gives is tagged; a context that somebody else has made is not.
  expect((await idp.requests({ endpoint: 'token' })).map(({ user }) => user).toSorted()).toEqual(['alice', 'bob'])
})

test('nobody is signed in', async ({ page }) => {
  await page.goto('/')

  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in')
})
