import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { afterEach, expect, test } from 'vitest'
import { pageHeaders, securePages } from '../../../src/http/web/headers.ts'
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
