import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import axe from 'axe-core'
import jsqr from 'jsqr'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { PageName, Pages } from '../../../src/domain/pages.ts'
import { pageHeaders, postTwiceScript, submitScript } from '../../../src/http/web/headers.ts'
import { createRender } from '../../../src/http/web/render.ts'
import { launchBrowser } from '../../browser.ts'
import { hardSamples, hostile, samples } from './samples.ts'

interface Site {
  url: string
  /** What was posted: path and body. */
  posts: string[]
}

let browser: Browser
const closing: (() => Promise<unknown>)[] = []
const render = createRender()

beforeAll(async () => {
  browser = await launchBrowser()
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
afterAll(() => browser.close())

/** Serves each document under its path, as it would be served, and remembers what is posted. */
async function serve(documents: Record<string, string>): Promise<Site> {
  const posts: string[] = []
  async function answer(request: IncomingMessage): Promise<string> {
    if (request.method === 'POST') posts.push(`${request.url} ${await text(request)}`)
    return documents[request.url ?? ''] ?? (await render('logout-done', samples['logout-done']))
  }
  const server = createServer(async (request, response) =>
    response.writeHead(200, pageHeaders()).end(await answer(request)),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, posts }
}

async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext(options)
  closing.unshift(() => context.close())
  return context.newPage()
}

async function focused(page: Page): Promise<string> {
  return page.evaluate('document.activeElement.name + "=" + document.activeElement.value')
}

async function tabTo(page: Page, wanted: string): Promise<void> {
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press('Tab')
    if ((await focused(page)) === wanted) return
  }
  throw new Error(`Tab never reached ${wanted}`)
}

/** Reads the QR code in a PNG, whose pixels a page without a policy of ours gives. */
async function scan(png: Buffer): Promise<string | undefined> {
  const page = await openPage()
  const { data, width, height } = (await page.evaluate(`(async () => {
    const bitmap = await createImageBitmap(await (await fetch('data:image/png;base64,${png.toString('base64')}')).blob())
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
    context.drawImage(bitmap, 0, 0)
    const { data, width, height } = context.getImageData(0, 0, bitmap.width, bitmap.height)
    return { data: [...data], width, height }
  })()`)) as { data: number[]; width: number; height: number }
  return jsqr.default(Uint8ClampedArray.from(data), width, height)?.data
}

function everyPage(): [string, PageName, Pages[PageName]][] {
  const plain = Object.entries(samples).map(([name, data]) => [name, name, data] as [string, PageName, Pages[PageName]])
  const hard = Object.entries(hardSamples).map(([name, [page, data]]) => [name, page, data] as (typeof plain)[number])
  return [...plain, ...hard]
}

/** A page as people see it who stay on it: without the script by which one goes on. */
async function renderStill<Name extends PageName>(page: Name, data: Pages[Name]): Promise<string> {
  const scripts = [submitScript, postTwiceScript].map((script) => `<script>${script}</script>`)
  return scripts.reduce((html, script) => html.replace(script, ''), await render(page, data))
}

async function everyDocument(): Promise<Record<string, string>> {
  const rendered = everyPage().map(async ([name, page, data]) => [`/${name}`, await renderStill(page, data)] as const)
  return Object.fromEntries(await Promise.all(rendered))
}

test('the keyboard alone signs in with a password, without a script', async () => {
  const site = await serve({ '/': await render('login', samples.login) })
  const page = await openPage({ javaScriptEnabled: false })
  await page.goto(site.url)

  await page.getByLabel('Username').focus()
  await page.keyboard.type('alice')
  await page.keyboard.press('Tab')
  await page.keyboard.type('wonder land&')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor()

  expect(site.posts).toEqual(['/interaction/u1/login username=alice&password=wonder+land%26'])
})

test('where there is nobody to pick, the fields are as wide as the card', async () => {
  const site = await serve({ '/': await render('login', { ...samples.login, users: [] }) })
  const page = await openPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(site.url)

  const heading = await page.getByRole('heading', { name: 'Sign in' }).boundingBox()
  const field = await page.getByLabel('Username').boundingBox()

  expect(field).toMatchObject({ x: heading?.x, width: heading?.width })
})

test('the keyboard alone picks a user', async () => {
  const site = await serve({ '/': await render('login', samples.login) })
  const page = await openPage()
  await page.goto(site.url)

  await tabTo(page, 'pick=bob')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor()

  expect(site.posts).toEqual(['/interaction/u1/login pick=bob'])
})

test('the keyboard skips a long list of users', async () => {
  const [, data] = hardSamples['login-long'] ?? ['login', samples.login]
  const site = await serve({ '/': await render('login', data as Pages['login']) })
  const page = await openPage()
  await page.goto(site.url)

  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')

  await expect.poll(() => focused(page)).toBe('username=')
})

test('denying a consent posts to where it is refused', async () => {
  const site = await serve({ '/': await render('consent', samples.consent) })
  const page = await openPage()
  await page.goto(site.url)

  await page.getByRole('button', { name: 'Deny' }).click()
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor()

  expect(site.posts).toEqual(['/interaction/u1/abort '])
})

test('denying a device posts abort and no confirm', async () => {
  const site = await serve({ '/': await render('device-confirm', samples['device-confirm']) })
  const page = await openPage()
  await page.goto(site.url)

  await page.getByRole('button', { name: 'Deny' }).click()
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor()

  expect(site.posts).toEqual(['/device xsrf=x1&user_code=WDJB-MJHT&abort=yes'])
})

test('staying signed in posts no logout', async () => {
  const site = await serve({ '/': await render('logout', samples.logout) })
  const page = await openPage()
  await page.goto(site.url)

  await page.getByRole('button', { name: 'Stay signed in' }).click()
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor()

  expect(site.posts).toEqual(['/session/end/confirm xsrf=x1'])
})

test('no text of an attacker becomes markup', async () => {
  const attacked = everyPage().map(
    async ([name, page, data]) => [`/${name}`, await renderStill(page, hostile(data))] as const,
  )
  const documents = Object.fromEntries(await Promise.all(attacked))
  const site = await serve(documents)
  const page = await openPage()
  for (const path of Object.keys(documents)) {
    await page.goto(site.url + path)

    expect(await page.locator('script, x-hostile, [onmouseover]').count(), path).toBe(0)
  }
})

// Structure is the same in both schemes; contrast is not.
const schemes = { light: '{}', dark: "{ runOnly: ['color-contrast'] }" }
for (const [colorScheme, checks] of Object.entries(schemes) as ['light' | 'dark', string][]) {
  test(`every page is accessible, ${colorScheme}: contrast, names, structure`, async () => {
    const documents = await everyDocument()
    const site = await serve(documents)
    const page = await openPage({ colorScheme })
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    for (const path of Object.keys(documents)) {
      await page.goto(site.url + path)
      await page.evaluate(axe.source)
      const { violations } = (await page.evaluate(`axe.run(${checks})`)) as axe.AxeResults
      const found = violations.filter((each) => each.id !== 'meta-refresh') // the device's screen asks again, as the page says
      complaints.push(
        ...found.flatMap((each) => each.nodes.map((node) => `${path} ${each.id}: ${node.failureSummary} ${node.html}`)),
      )
    }

    expect(complaints).toEqual([])
  }, 60_000)
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the code on the screen of a device can be scanned, ${colorScheme}`, async () => {
    const site = await serve({ '/': await render('device-screen', samples['device-screen']) })
    const page = await openPage({ colorScheme })
    await page.goto(site.url)

    const picture = await page.locator('.qr').screenshot()

    expect(await scan(picture)).toBe(samples['device-screen'].verificationUriComplete)
  })
}

test('no page is wider than a phone of 320 pixels', async () => {
  const documents = await everyDocument()
  const site = await serve(documents)
  const page = await openPage({ viewport: { width: 320, height: 640 } })
  for (const path of Object.keys(documents)) {
    await page.goto(site.url + path)

    expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBe(320)
  }
})
