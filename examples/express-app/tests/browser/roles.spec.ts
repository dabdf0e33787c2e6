import { expect, test } from './stage.ts'

test('somebody logs in, sees who they are, and logs out', async ({ page, idp }) => {
  await page.goto('/')
  await page.getByRole('link', { name: 'Log in' }).click()
  await page.getByLabel('Username').fill('bob')
  await page.getByLabel('Password').fill('any')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()

  await page.getByRole('link', { name: 'Bob Dodgson' }).click()
  await expect(page.getByRole('definition')).toHaveText(['Bob Dodgson', 'bob@example.com', 'editor, reader'])

  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { name: 'Notes for everyone' })).toBeVisible()
  await idp.verify([
    { when: { endpoint: 'authorization', client: 'notes-web' }, times: 1 },
    { when: { endpoint: 'token', user: 'bob' }, answer: { status: 200 }, times: 1 },
    { when: { endpoint: 'end_session' } },
  ])
})

test('an admin, an editor and a reader at once', async ({ browser, baseURL, signedIn, idp }) => {
  async function open(user: string) {
    const context = await browser.newContext({ baseURL, storageState: await signedIn(user) })
    const page = await context.newPage()
    await page.goto('/login')
    return page
  }
  const [alice, bob, carol] = [await open('alice'), await open('bob'), await open('carol')]

  // All tests write to one API at once, so this one's note says whose it is.
  const note = { hasText: `Mind the <gap> of ${idp.tag}` }
  await bob.getByLabel('A new note').fill(note.hasText)
  await bob.getByRole('button', { name: 'Add' }).click()
  await expect(bob.getByRole('listitem').filter(note)).toContainText('bob')
  await expect(bob.getByRole('button', { name: 'Remove' })).toHaveCount(0)

  await carol.reload()
  await expect(carol.getByRole('listitem').filter(note)).toBeVisible()
  await expect(carol.getByText('You can read notes, but not write any.')).toBeVisible()

  await alice.reload()
  await alice.getByRole('button', { name: `Remove ${note.hasText}` }).click()
  await expect(alice.getByRole('listitem').filter(note)).toHaveCount(0)
})
