import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as client from 'openid-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { discover, login } from '../e2e/flows.ts'
import { UserAgent } from '../user-agent.ts'
import { startProcess } from './process.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-full-'))
})

afterEach(() => rm(folder, { recursive: true }))

const roomKib = 64

/** Asks for tokens until the disk is full. */
async function fill(url: string): Promise<{ tokens: string[]; refusal: Response }> {
  const tokens: string[] = []
  for (let count = 0; count < 2000; count += 1) {
    const answer = await askForToken(url)
    if (answer.status !== 200) return { tokens, refusal: answer }
    const { access_token: token } = (await answer.json()) as { access_token: string }
    tokens.push(token)
  }
  throw new Error(`The disk is not full after ${tokens.length} tokens`)
}

function askForToken(url: string): Promise<Response> {
  return fetch(`${url}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('service:service-secret')}`, accept: 'application/json' },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
}

test('a full disk fails what needs it, and nothing else, until there is room again', { timeout: 60_000 }, async () => {
  const args = ['--store', 'json:store.json']
  await using server = await startProcess(args, { cwd: folder, before: `ulimit -S -f ${roomKib}` })
  const web = await discover(server.url, 'web-app', 'web-secret')
  const service = await discover(server.url, 'service', 'service-secret')
  const agent = new UserAgent()
  const { tokens: alice } = await login(web, { agent })

  const { tokens, refusal } = await fill(server.url)

  expect(tokens.length).toBeGreaterThan(10)
  expect(refusal.status).toBeGreaterThanOrEqual(500)
  expect(refusal.headers.get('content-type')).toMatch(/^application\/json/)
  const said = await refusal.text()
  expect(JSON.parse(said)).toMatchObject({ error: 'server_error' })
  expect(said).not.toMatch(/store\.json|EFBIG|ENOSPC/)
  await expect(client.fetchUserInfo(web, alice.access_token, '100101')).resolves.toMatchObject({ sub: '100101' })
  await expect(client.tokenIntrospection(service, tokens.at(-1) ?? '')).resolves.toMatchObject({ active: true })
  await expect(client.refreshTokenGrant(web, alice.refresh_token ?? '')).rejects.toMatchObject({
    code: 'OAUTH_RESPONSE_IS_NOT_CONFORM',
  })
  const pushed = await fetch(web.serverMetadata().pushed_authorization_request_endpoint ?? '', {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('web-app:web-secret')}` },
    body: new URLSearchParams({ client_id: 'web-app', redirect_uri: callback, scope: 'openid', response_type: 'code' }),
  })
  expect([pushed.status, pushed.headers.get('cache-control')]).toEqual([500, 'no-store'])
  const page = await new UserAgent().open(
    client.buildAuthorizationUrl(web, { redirect_uri: callback, scope: 'openid' }),
  )
  expect(page.status).toBeGreaterThanOrEqual(500)
  expect(page.html).toMatch(/^<!doctype html>/)
  expect(page.html).not.toContain(folder)
  const lines = server.said.stderr.trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).level)).toContain(50)
  expect(server.said.stderr).toMatch(/Make room on the disk/)

  await promisify(execFile)('prlimit', ['--pid', `${server.child.pid}`, '--fsize=unlimited:'])
  expect((await askForToken(server.url)).status).toBe(200)
  await expect(client.refreshTokenGrant(web, alice.refresh_token ?? '')).resolves.toMatchObject({
    token_type: 'bearer',
  })
  expect(await server.stop()).toEqual({ code: 0, signal: null })

  await using again = await startProcess([...args, '--port', `${server.port}`], { cwd: folder })
  for (const token of tokens) {
    await expect(client.tokenIntrospection(service, token)).resolves.toMatchObject({ active: true })
  }
  expect((await askForToken(again.url)).status).toBe(200)
})

const callback = 'http://localhost:3000/callback'
