import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { Writes } from '../../src/provider/writes.ts'
import { discover, login } from '../e2e/flows.ts'

let folder: string
let idp: Understudy
let web: client.Configuration

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-one-wait-'))
  const clients = [
    {
      client_id: 'web-app',
      client_secret: 'web-secret',
      redirect_uris: ['http://localhost:3000/callback'],
      grant_types: ['authorization_code' as const, 'refresh_token' as const],
    },
  ]
  idp = await startUnderstudy({
    store: `json:${join(folder, 'store.json')}`,
    fixtures: { users: ['alice'], clients, refresh_token: { on_reuse: 'reject' } },
  })
  web = await discover(idp.url, 'web-app', 'web-secret')
})

afterAll(async () => {
  await idp?.close()
  await rm(folder, { recursive: true })
})

test('of many who come at once with one refresh token, one gets tokens, though none waits for the store', async () => {
  const { tokens } = await login(web)
  const all = Array.from({ length: 8 }, () => client.refreshTokenGrant(web, tokens.refresh_token ?? ''))
  const outcomes = await Promise.allSettled(all)
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ error: 'invalid_grant' })
  }
})

test('what a client is given is in the log by then', async () => {
  const { tokens } = await login(web)
  const { access_token: token } = await client.refreshTokenGrant(web, tokens.refresh_token ?? '')
  const log = await readFile(join(folder, 'store.json.1.log'), 'utf8')
  expect(log).toContain(`["put","default","AccessToken","${decodeJwt(token).jti}"`)
})

test('a write that fails is heard of at the end, whoever has heard of it before, and nothing is written after it', async () => {
  const writes = new Writes()
  const { promise, reject } = refusal()
  writes.add('AccessToken', promise)
  writes.add('RefreshToken', promise)
  expect([writes.hasOf('AccessToken'), writes.hasOf('Session')]).toEqual([true, false])
  writes.requireAccepted()
  reject(new Error('the disk is full'))
  await expect(writes.done()).rejects.toThrow('the disk is full')
  expect(() => writes.requireAccepted()).toThrow('the disk is full')
  writes.add('Session', Promise.resolve())
  await expect(writes.done()).rejects.toThrow('the disk is full')
})

/** A write that will fail when it is told to. */
function refusal(): { promise: Promise<void>; reject(error: Error): void } {
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<void>((_, refuse) => {
    reject = refuse
  })
  return { promise, reject: (error) => reject(error) }
}
