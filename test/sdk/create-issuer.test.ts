import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startUnderstudy } from '../../src/sdk/start.ts'

const service = { client_id: 'service', client_secret: 'service-secret', grant_types: ['client_credentials' as const] }

async function discover(issuer: string): Promise<{ status: number; issuer: string; token_endpoint: string }> {
  const answer = await fetch(`${issuer}/.well-known/openid-configuration`)
  return { status: answer.status, ...(answer.ok ? ((await answer.json()) as object) : {}) } as never
}

async function tokenStatus(issuer: string): Promise<number> {
  const { token_endpoint } = await discover(issuer)
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  const authorization = `Basic ${btoa('service:service-secret')}`
  return (await fetch(token_endpoint, { method: 'POST', body, headers: { authorization } })).status
}

test('an issuer is created beside others, with clients of its own, until it is disposed of', async () => {
  await using idp = await startUnderstudy()

  const issuer = await idp.createIssuer({ name: 'extra', clients: [service] })
  const [own, root] = [await tokenStatus(issuer.url), await tokenStatus(idp.url)]
  await issuer[Symbol.asyncDispose]()

  expect(issuer).toMatchObject({ name: 'extra', url: `${idp.url}/extra` })
  expect([own, root]).toEqual([200, 200])
  expect(() => idp.issuer('extra')).toThrow(expect.objectContaining({ code: 'ERR_ISSUER_UNKNOWN' }))
  expect((await discover(issuer.url)).status).not.toBe(200)
})

test('what an issuer has stored goes with it', async () => {
  await using idp = await startUnderstudy({ fixtures: {} })
  const before = await idp.createIssuer({ name: 'again' })
  await before.arm('invalid_client')
  const armed = await before.armed()

  await before[Symbol.asyncDispose]()
  const after = await idp.createIssuer({ name: 'again' })

  expect(armed).toHaveLength(1)
  await expect(after.armed()).resolves.toEqual([])
})

test('names are made up, each another', async () => {
  await using idp = await startUnderstudy({ fixtures: {} })

  const issuers = await Promise.all([idp.createIssuer(), idp.createIssuer()])

  const found = await Promise.all(issuers.map(({ url }) => discover(url)))
  expect(found.map(({ issuer }) => issuer)).toEqual(issuers.map(({ url }) => url))
  expect(new Set(issuers.map(({ name }) => name)).size).toBe(2)
})

test('a name is taken once, also by two at a time, and free again after a mistake', async () => {
  await using idp = await startUnderstudy({ fixtures: { issuers: { declared: {} } } })
  const taken = expect.objectContaining({ code: 'ERR_ISSUER_EXISTS', status: 409 })

  await expect(idp.createIssuer({ name: 'declared' })).rejects.toEqual(taken)
  await expect(Promise.all([idp.createIssuer({ name: 'twin' }), idp.createIssuer({ name: 'twin' })])).rejects.toEqual(
    taken,
  )
  await expect(idp.createIssuer({ name: 'odd', persona: 'nobody' as never })).rejects.toThrow(/persona/)
  await expect(idp.createIssuer({ name: 'odd' })).resolves.toBeDefined()
})

test('names are checked as those of the fixtures are', async () => {
  await using idp = await startUnderstudy({ fixtures: {} })

  for (const name of ['_understudy', 'a/b', '', '__proto__', 'interaction']) {
    await expect(idp.createIssuer({ name }), name).rejects.toMatchObject({ code: 'ERR_FIXTURES_INVALID' })
  }
})

test('what the provider says of a client is told', async () => {
  await using idp = await startUnderstudy({ fixtures: {} })

  const creating = idp.createIssuer({ name: 'strict', clients: [{ ...service, response_types: ['code'] }] })

  await expect(creating).rejects.toMatchObject({
    code: 'ERR_FIXTURES_INVALID',
    message: /issuers\.strict\.clients\[0\]/,
  })
})

test('a fixed root issuer gives a created one its name', async () => {
  await using idp = await startUnderstudy({ fixtures: { issuer: 'http://idp.test/base' } })

  await expect(idp.createIssuer({ name: 'child' })).resolves.toMatchObject({ url: 'http://idp.test/base/child' })
})

test('a reload of the fixtures leaves a created issuer alone', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'understudy-create-')), 'fixtures.yaml')
  writeFileSync(file, 'issuers: { old: {} }\n')
  await using idp = await startUnderstudy({ fixtures: file })
  const issuer = await idp.createIssuer({ clients: [service] })

  writeFileSync(file, 'issuers: { newer: {} }\n')

  expect(await tokenStatus(issuer.url)).toBe(200)
  expect((await discover(idp.issuer('newer').url)).status).toBe(200)
  expect(() => idp.issuer('old')).toThrow(/there is none/)
})
