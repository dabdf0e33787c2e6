import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { PageName, Pages } from '../../../src/domain/pages.ts'
import { pageHeaders, pageStart, postTwiceScript, submitScript } from '../../../src/http/web/headers.ts'
import { createRender } from '../../../src/http/web/render.ts'
import { hardSamples, hostile, samples } from './samples.ts'

const render = createRender()

function everyPage(): [string, PageName, Pages[PageName]][] {
  const plain = Object.entries(samples).map(([name, data]) => [name, name, data] as [string, PageName, Pages[PageName]])
  const hard = Object.entries(hardSamples).map(([name, [page, data]]) => [name, page, data] as (typeof plain)[number])
  return [...plain, ...hard]
}

/** The script of a page that goes on by itself, and with its buttons as well. */
const ownScript = (page: PageName) =>
  page === 'post' || page === 'twice' ? `<script>${page === 'post' ? submitScript : postTwiceScript}</script>` : ''

/** The frame of the one page that is for having it. */
const ownFrame = '<iframe name="first" title="The first delivery" hidden></iframe>'

describe.each(everyPage())('%s', (_name, page, data) => {
  test('is a whole page that says it is a mock', async () => {
    const html = await render(page, data)

    expect(html.startsWith(pageStart)).toBe(true)
    expect(html).toContain('Mock identity provider — no real accounts here')
    expect(html.match(/<h1/g)).toHaveLength(1)
    expect(html).toMatch(/<title>\S.* · Understudy<\/title>/)
    expect(html.trimEnd().endsWith('</html>')).toBe(true)
  })

  test('says nothing undefined', async () => {
    const html = await render(page, data)

    expect(html).not.toMatch(/undefined|\[object|NaN/)
  })

  test('needs no script and fetches nothing', async () => {
    const html = (await render(page, data)).replace(ownScript(page), '').replace(ownFrame, '')

    expect(html).not.toMatch(/<script|javascript:|\son\w+=/i)
    expect(html).not.toMatch(/<(?:img|iframe|object|embed|video|audio)\b|@import|@font-face|url\(/i)
    expect(html).not.toMatch(/<link(?! rel="icon" href="data:image\/svg\+xml)/)
    expect(html).not.toMatch(/(?:src|href)="(?!data:|http:\/\/localhost:9400|#)/)
  })

  test('labels every field that people fill in', async () => {
    const html = await render(page, data)
    const inputs = [...html.matchAll(/<input\b[^>]*>/g)]
      .map(([tag]) => tag)
      .filter((tag) => !tag.includes('type="hidden"'))

    for (const input of inputs) {
      const id = /\bid="([^"]+)"/.exec(input)?.[1]
      expect(html).toContain(`<label for="${id}">`)
    }
  })

  test('shows markup in data as text', async () => {
    const html = (await render(page, hostile(data))).replace(ownScript(page), '')

    expect(html).not.toMatch(/<script/i)
    expect(html).not.toMatch(/<x-hostile/i)
    expect(html).not.toMatch(/["']\s*onmouseover/i)
  })
})

test('the style fits in 8 KB, and is the one that the policy allows', async () => {
  const html = await render('login', samples.login)
  const css = /<style>(.*?)<\/style>/s.exec(html)?.[1] ?? ''
  const hash = createHash('sha256').update(css).digest('base64')

  expect(Buffer.byteLength(css)).toBeLessThanOrEqual(8192)
  expect(pageHeaders()['content-security-policy']).toContain(`style-src 'sha256-${hash}'`)
})

test('a picked user posts a name, a typed one a name and a password', async () => {
  const html = await render('login', samples.login)

  expect(html).toContain('name="pick" value="mallory"')
  expect(html).toContain('name="username"')
  expect(html).toContain('name="password" type="password"')
  expect(html).toContain('action="/interaction/u1/abort"')
})

test('without users there is nothing to pick', async () => {
  const html = await render('login', { ...samples.login, users: [] })

  expect(html).not.toContain('name="pick"')
})

test('only an active user has no badge', async () => {
  const [active, , , locked] = samples.login.users
  const html = await render('login', { ...samples.login, users: [active, locked].filter((user) => user !== undefined) })

  expect(html.match(/class="badge">[^<]+/g)).toEqual(['class="badge">locked'])
})

test('the device confirmation can say yes or no', async () => {
  const html = await render('device-confirm', samples['device-confirm'])

  expect(html).toContain('name="confirm" value="yes"')
  expect(html).toContain('name="abort" value="yes"')
  expect(html.match(/name="xsrf" value="x1"/g)).toHaveLength(2)
  expect(html.match(/name="user_code" value="WDJB-MJHT"/g)).toHaveLength(2)
})

test('only the form that says yes to a logout carries it', async () => {
  const html = await render('logout', samples.logout)

  expect(html.match(/name="logout" value="yes"/g)).toHaveLength(1)
  expect(html.match(/name="xsrf" value="x1"/g)).toHaveLength(2)
})

test('the screen of a device asks again only while it waits', async () => {
  const pending = await render('device-screen', samples['device-screen'])
  const approved = await render('device-screen', { ...samples['device-screen'], state: 'approved' })

  expect(pending).toContain('http-equiv="refresh"')
  expect(approved).not.toContain('http-equiv="refresh"')
})

test('the issuer is named unless it is the default one', async () => {
  const root = await render('device-done', samples['device-done'])
  const named = await render('device-done', {
    ...samples['device-done'],
    issuer: { name: 'dlive', url: 'http://localhost:9400/dlive' },
  })

  expect(root).not.toContain('<bdi>default</bdi>')
  expect(named).toContain('<bdi>dlive</bdi>')
})
