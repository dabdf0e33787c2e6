import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { stringify } from 'yaml'
import { type OwnFault, startUnderstudy, type Understudy } from '../../../src/index.ts'
import { personas } from '../../../src/personas/catalog.ts'
import { generic } from '../../../src/personas/generic.ts'
import { checkFixtures } from '../../../src/server.ts'
import { basicOf } from './provider.ts'

const redirectUri = 'http://localhost:3000/callback'
const folder = mkdtempSync(join(tmpdir(), 'understudy-exported-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function started(options: object): Promise<Understudy> {
  const idp = await startUnderstudy({ watch: false, ...options })
  onTestFinished(() => idp.close())
  return idp
}

/** The fixtures of an issuer, written to a file, validated and started from there. */
async function exportedFrom(idp: Understudy, name: string): Promise<Understudy> {
  const file = join(folder, `${name}.yaml`)
  writeFileSync(file, stringify(await idp.fixtures()))
  await checkFixtures({ fixtures: [file], env: {} })
  return started({ fixtures: file })
}

/** What a login, and an app, are answered with: the members, and what is the same each time. */
async function behaviour(idp: Understudy, { endpoints = {}, openid }: (typeof personas)[number]): Promise<unknown> {
  const { authorization = '/auth', token = '/token' } = { ...generic.endpoints, ...endpoints } as Record<string, string>
  const at = new URL(idp.url + authorization)
  const scope = openid === false ? 'crate' : 'openid crate'
  const asked = { response_type: 'code', client_id: 'e2e-app', redirect_uri: redirectUri, scope }
  at.search = new URLSearchParams(asked).toString()
  const code = (await idp.login('alice', { url: at })).searchParams.get('code') ?? ''
  const post = async (client: string, secret: string, fields: Record<string, string>) => {
    const headers = { authorization: basicOf(client, secret) }
    const own = { client_id: client, client_secret: secret }
    const answers = [
      { headers, body: new URLSearchParams(fields) },
      { headers: {}, body: new URLSearchParams({ ...fields, ...own }) },
    ].map(async (init) => {
      const answer = await fetch(idp.url + token, { method: 'POST', ...init })
      const body = (await answer.json()) as Record<string, unknown>
      const { expires_in: lifetime, scope: given, token_type: type, error } = body
      return { status: answer.status, members: Object.keys(body), lifetime, given, type, error }
    })
    return Promise.all(answers)
  }
  return [
    await post('service', 'service-secret', { grant_type: 'client_credentials' }),
    await post('e2e-app', 'e2e-secret', {
      grant_type: 'authorization_code',
      code: `${code}`,
      redirect_uri: redirectUri,
    }),
  ]
}

const more = {
  dpop: { nonce: true },
  device: { interval: 1 },
  ciba: { interval: 1 },
  refresh_token: { rotation: 'reuse' },
  login_hint: 'login',
  lifetimes: { authorization_code: 9 },
  clients: [
    { client_id: 'bound', client_secret: 's', grant_types: ['client_credentials'], dpop_bound_access_tokens: true },
    { client_id: 'plain', client_secret: 's', grant_types: ['authorization_code'], redirect_uris: [redirectUri] },
  ],
}

test.each(personas.map((persona) => [persona.name, persona] as const))(
  'what is exported of fixtures over which %s was laid loads again to the same',
  async (name, persona) => {
    const file = join(folder, `${name}-more.yaml`)
    writeFileSync(file, stringify(more))
    const idp = await started({ fixtures: ['data/fixtures.yaml', file], persona: name })

    const again = await exportedFrom(idp, name)

    expect(await again.fixtures()).toEqual(await idp.fixtures())
    expect(await behaviour(again, persona)).toEqual(await behaviour(idp, persona))
    expect(await again.clients.get('plain')).toEqual(await idp.clients.get('plain'))
  },
)

test.each(personas.map((persona) => [persona.name, persona] as const))(
  'so does what is exported of fixtures that were patched to be %s, which can be patched back',
  async (name, persona) => {
    const idp = await started({ fixtures: 'data/fixtures.yaml' })
    await idp.patch(more as never)
    await idp.patch({ persona: name })

    const again = await exportedFrom(idp, `${name}-patched`)

    expect(await again.fixtures()).toEqual(await idp.fixtures())
    expect(await behaviour(again, persona)).toEqual(await behaviour(idp, persona))
    await idp.patch({ persona: 'generic' })
    const { device, ciba, dpop, login_hint: hint, clients } = await idp.fixtures()
    expect({ device, ciba, dpop, hint }).toMatchObject({
      device: { interval: 1 },
      ciba: { interval: 1 },
      hint: 'login',
    })
    expect([dpop, clients]).toEqual([
      { nonce: true },
      expect.arrayContaining([expect.objectContaining({ dpop_bound_access_tokens: true })]),
    ])
  },
)

test('faults and scenarios that nothing is left for, and those of functions, are not exported', async () => {
  const web = { client_id: 'web', client_secret: 's', redirect_uris: [redirectUri] }
  const teapot: OwnFault = {
    name: 'x-teapot',
    summary: 'The server is a teapot.',
    acts: 'answer',
    endpoints: ['token'],
    answer: () => ({ status: 418, headers: {}, body: { error: 'teapot' } }),
  }
  const job = { client_id: 'job', client_secret: 's', grant_types: ['client_credentials'] }
  const tea = [{ fault: 'x-teapot' }]
  const down = [{ fault: 'server_error', when: { endpoint: 'token' } }]
  const scenarios = { tea: { faults: tea }, down: { faults: down } }
  const idp = await started({ fixtures: { ownFaults: [teapot], clients: [job], faults: tea, scenarios } })
  await idp.patch({ clients: [web], faults: [{ fault: 'missing-nonce' }, { fault: 'slow_down' }] } as never)
  const { faults } = await idp.fixtures()
  await idp.clients.delete('web')

  const again = await exportedFrom(idp, 'vain')

  const left = await again.fixtures()
  expect(faults).toEqual([{ fault: 'missing-nonce' }, { fault: 'slow_down' }])
  expect([left.faults, Object.keys(left.scenarios as object)]).toEqual([[{ fault: 'slow_down' }], ['down']])
})

test('users and clients that were all deleted stay so where the persona would bring some', async () => {
  const idp = await started({ fixtures: { persona: 'dlive' } })
  await idp.clients.delete('demo-app')
  await idp.users.delete('dora')

  const again = await exportedFrom(idp, 'emptied')

  expect([await again.clients.list(), await again.users.list()]).toEqual([[], []])
})

test('a persona that two files describe is exported without what one has taken from the other', async () => {
  const grants = ['authorization_code', 'device_code']
  const errors = { device_authorization: { '*': { status: 422 } }, token: { '*': { status: 418 } } }
  const files = [
    { persona: { name: 'split', grant_types: grants, device_at_verification: true, errors } },
    { persona: { without: ['device_authorization'] } },
  ].map((document, index) => {
    const file = join(folder, `split-${index}.yaml`)
    writeFileSync(file, stringify(document))
    return file
  })
  const idp = await started({ fixtures: files })

  const again = await exportedFrom(idp, 'split')

  expect((await again.fixtures()).persona).toEqual({
    name: 'split',
    grant_types: ['authorization_code'],
    errors: { token: { '*': { status: 418 } } },
    without: ['device_authorization'],
  })
})
