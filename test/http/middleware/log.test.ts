import Koa from 'koa'
import pino from 'pino'
import { expect, test } from 'vitest'
import { redactUrl, requestLog } from '../../../src/http/middleware/log.ts'

/** What is logged of one request at a level, line by line. */
async function logged(level: string, url: string): Promise<Record<string, unknown>[]> {
  const lines: string[] = []
  const logger = pino({ level }, { write: (line: string) => lines.push(line) })
  const app = new Koa()
  const ctx = app.createContext({ method: 'GET', url, headers: { authorization: 'Bearer hush' } } as never, {} as never)
  await requestLog(logger)(ctx as never, async () => {
    ctx.res.statusCode = 302
    ctx.url = '/rewritten'
    ctx.method = 'HEAD'
  })
  return lines.map((line) => JSON.parse(line))
}

test('a request is one line at debug, without its secrets', async () => {
  const lines = await logged('debug', '/auth?client_id=web-app&code=hush&state=hush')

  expect(lines).toMatchObject([{ method: 'GET', url: '/auth?client_id=web-app&code=***&state=***', status: 302 }])
  expect(JSON.stringify(lines)).not.toContain('hush')
})

test('above debug a request is not told', async () => {
  const lines = await logged('info', '/auth')

  expect(lines).toEqual([])
})

test.each([
  ['/me', '/me'],
  ['/me?', '/me?'],
  ['/token?client_secret=hush&grant_type=client_credentials', '/token?client_secret=***&grant_type=client_credentials'],
  ['/session/end?id_token_hint=hush', '/session/end?id_token_hint=***'],
  ['/x?CODE=hush', '/x?CODE=***'],
  ['/x?c%6Fde=hush', '/x?code=***'],
  ['/x?scope=a+b&scope=c', '/x?scope=a%20b&scope=c'],
  ['/x?broken=%zz', '/x?broken=%25zz'],
])('%s is written %s', (url, written) => {
  expect(redactUrl(url)).toBe(written)
})
