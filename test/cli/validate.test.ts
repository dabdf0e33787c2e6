import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runHere as run } from './run.ts'

let folder: string
let good: string
let bad: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-validate-'))
  good = join(folder, 'good.yaml')
  bad = join(folder, 'bad.yaml')
  await writeFile(
    good,
    [
      'users: [alice, bob]',
      'clients: [{ client_id: tv-app, grant_types: [device_code] }]',
      'faults: [{ fault: slow_down }]',
      'scenarios: { tv: { faults: [{ fault: expired_token }] } }',
      'issuers: { partner: { users: [carol] } }',
    ].join('\n'),
  )
  await writeFile(bad, 'userz: []\npersona: facebok\n')
})
afterAll(() => rm(folder, { recursive: true }))

test('good fixtures are counted', async () => {
  const ran = await run(['validate', good])

  expect(ran).toEqual({ code: 0, stdout: 'ok: 2 issuers, 3 users, 1 client, 1 fault, 1 scenario\n', stderr: '' })
})

test('good fixtures are counted in JSON', async () => {
  const ran = await run(['validate', good, '--json'])

  expect(JSON.parse(ran.stdout)).toEqual({ ok: true, issuers: 2, users: 3, clients: 1, faults: 1, scenarios: 1 })
})

test('every mistake is told at once, with its place', async () => {
  const ran = await run(['validate', bad])

  expect(ran).toMatchObject({ code: 1, stdout: '' })
  expect(ran.stderr).toMatch(/^error: Failed to read the fixtures: 2 mistakes\.\n/)
  expect(ran.stderr).toContain(`${bad}:1:1 userz: `)
  expect(ran.stderr).toContain(`${bad}:2:10 persona: `)
})

test('mistakes are told in JSON', async () => {
  const ran = await run(['validate', bad, '--json'])

  expect(ran).toMatchObject({ code: 1, stderr: '' })
  expect(JSON.parse(ran.stdout)).toMatchObject({
    ok: false,
    errors: [
      { file: bad, line: 1, column: 1, path: 'userz' },
      { file: bad, line: 2, column: 10, path: 'persona' },
    ],
  })
})

test('a file that is not there is a mistake like another', async () => {
  const ran = await run(['validate', join(folder, 'missing.yaml')])

  expect(ran).toMatchObject({ code: 1, stdout: '' })
  expect(ran.stderr).toContain('missing.yaml')
})

test('what only the provider knows of a client is told with its place', async () => {
  const file = join(folder, 'client.yaml')
  await writeFile(
    file,
    'clients:\n  - { client_id: a, redirect_uris: ["http://localhost/cb"], id_token_signed_response_alg: ES512 }\n',
  )

  const ran = await run(['validate', file])

  expect(ran.code).toBe(1)
  expect(ran.stderr).toContain('client.yaml:2:5 clients[0]: id_token_signed_response_alg must be')
})

test('a scenario that would be refused when it is switched on is told, as its issuer stands', async () => {
  const file = join(folder, 'scenarios.yaml')
  const lines = [
    'clients: [{ client_id: tv-app, grant_types: [device_code] }]',
    'scenarios:',
    '  vain: { faults: [{ fault: expired_token }, { fault: no-event }] }',
    '  elsewhere: { faults: [{ fault: tls-expired }, { fault: kid-absent-single-jwks }] }',
    'issuers: { cloud: { persona: digitalocean, scenarios: { tv: { faults: [{ fault: slow_down }] } } } }',
  ]
  await writeFile(file, lines.join('\n'))

  const { code, stderr } = await run(['validate', file])

  expect(code).toBe(1)
  expect(stderr).toContain('2 mistakes')
  expect(stderr).toMatch(/:3:46 scenarios\.vain\.faults\[1]: nobody is told of a logout by a token at this issuer/)
  expect(stderr).toMatch(/issuers\.cloud\.scenarios\.tv\.faults\[0]: digitalocean has not got the grant device_code/)
})
