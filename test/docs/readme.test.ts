import { expect, test } from 'vitest'
import { startUnderstudy } from '../../src/index.ts'
import { passPages } from '../e2e/flows.ts'
import { UserAgent } from '../user-agent.ts'
import { textOf } from './blocks.ts'

test('the login that the README links to leads to the app, for whoever picks alice and allows', async () => {
  await using idp = await startUnderstudy()
  const [, link = ''] = /\((http:\/\/localhost:9400\/auth\?[^)]+)\)/.exec(textOf('README.md')) ?? []
  const agent = new UserAgent()
  const login = await agent.open(link.replace('http://localhost:9400', idp.url))

  const { url } = await passPages(agent, login, 'alice')

  expect(url.origin + url.pathname).toBe('http://localhost:3000/callback')
  expect(url.searchParams.get('code')).toBeTruthy()
})
