import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { afterEach, expect, test } from 'vitest'
import { pageHeaders, securePages, submitScript } from '../../../src/http/web/headers.ts'
import { createRender } from '../../../src/http/web/render.ts'
import { samples } from './samples.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function serve(body: string): Promise<string> {
  const app = new Koa()
  app.use(securePages())
  app.use((ctx) => {
    ctx.type = 'html'
    ctx.body = body
  })
  const server = createServer(app.callback()).listen(0, '127.0.0.1')
  closing.push(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a page of ours leaves with the headers', async () => {
  const url = await serve(await createRender()('login', samples.login))

  const response = await fetch(url)

  expect(Object.fromEntries(response.headers)).toMatchObject(pageHeaders())
})

test('the page that goes on to the client may run the script for it, and be in a frame', async () => {
  const url = await serve(await createRender()('post', samples.post))

  const policy = (await fetch(url)).headers.get('content-security-policy')

  const hash = createHash('sha256').update(submitScript).digest('base64')
  expect(policy).toMatch(/^default-src 'none'; style-src /)
  expect(policy?.endsWith(`; script-src 'sha256-${hash}'`)).toBe(true)
  expect(policy).not.toContain('frame-ancestors')
})

test('a page of ours that only shows the script as text may run nothing', async () => {
  const issuer = { name: 'default', url: `<script>${submitScript}</script>` }
  const url = await serve(await createRender()('login', { ...samples.login, issuer }))

  expect((await fetch(url)).headers.get('content-security-policy')).not.toContain('script-src')
})

test('another page may run its one script, and nothing else', async () => {
  const url = await serve('<!doctype html><html><script>document.forms[0].submit()</script>')

  const response = await fetch(url)

  expect(response.headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src 'sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE='; base-uri 'none'",
  )
})

test('a page without a script is left as it is', async () => {
  const response = await fetch(await serve('<!doctype html><html><p>Bad gateway</p>'))

  expect(response.headers.get('content-security-policy')).toBeNull()
})

test('the policy starts from nothing and never names form-action, which breaks the redirect to the client', () => {
  const policy = pageHeaders()['content-security-policy']

  expect(policy).toMatch(/^default-src 'none'; /)
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toMatch(/form-action|unsafe|script-src/)
})
