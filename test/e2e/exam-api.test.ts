import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asJunit, type ExamReport, examineApi, startUnderstudy, type Understudy } from '../../src/index.ts'
import { runHere as run } from '../cli/run.ts'

const audience = 'https://api.example'

let idp: Understudy
const servers: Server[] = []

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: {
      users: [{ username: 'alice', claims: { email: 'alice@example.com', groups: ['admin'] } }],
      clients: [{ client_id: 'app', client_secret: 'app-secret', redirect_uris: ['http://localhost/callback'] }],
      access_token: { audience, typ: 'at+jwt' },
    },
  })
})

afterAll(async () => {
  for (const server of servers) server.close()
  await idp?.close()
})

type Check = (token: string) => Promise<unknown>

/** An API that answers 200 to what it takes, and 401 to what it does not. */
async function serve(check: Check): Promise<string> {
  const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    check(token).then(
      () => response.writeHead(200).end('{}'),
      () => response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end(),
    )
  })
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/me`
}

const options = () => ({
  issuer: idp.url,
  audience,
  algorithms: ['RS256'],
  typ: 'at+jwt',
})

const keys = () => createRemoteJWKSet(new URL(`${idp.url}/jwks`))

/** What each careless API does not look at. */
const careless: Record<string, { check: Check; finds: string }> = {
  issuer: {
    check: (jwt) => jwtVerify(jwt, keys(), { ...options(), issuer: undefined as never }),
    finds: 'invalid-iss',
  },
  audience: {
    check: (jwt) => jwtVerify(jwt, keys(), { ...options(), audience: undefined as never }),
    finds: 'invalid-aud',
  },
  type: { check: (jwt) => jwtVerify(jwt, keys(), { ...options(), typ: undefined as never }), finds: 'wrong-typ' },
  expiry: {
    check: (jwt) => jwtVerify(jwt, keys(), { ...options(), clockTolerance: '400d' }),
    finds: 'exp-in-past',
  },
  'case of the issuer': {
    check: async (jwt) => {
      const { payload } = await jwtVerify(jwt, keys(), { ...options(), issuer: undefined as never })
      if (payload.iss?.toLowerCase() !== idp.url) throw new Error('another issuer')
    },
    finds: 'invalid-iss (other-case)',
  },
  signature: {
    check: async (jwt) => {
      const { iss, aud, exp = 0 } = decodeJwt(jwt)
      if (iss !== idp.url || aud !== audience || exp < Date.now() / 1000) throw new Error('not mine')
      if (decodeProtectedHeader(jwt).typ !== 'at+jwt') throw new Error('not an access token')
    },
    finds: 'invalid-sig',
  },
}

const examine = (url: string) => examineApi(idp.issuer('default'), { url, client: 'app', user: 'alice' })

const wrongOf = ({ results }: ExamReport) => results.flatMap(({ fault, verdict }) => (verdict === 'wrong' ? fault : []))

test('an API that looks at issuer, audience, algorithm, type and times passes', async () => {
  const report = await examine(await serve((jwt) => jwtVerify(jwt, keys(), options())))

  expect(wrongOf(report)).toEqual([])
  expect(report).toMatchObject({
    passed: true,
    leftOut: [{ fault: 'kid-absent-single-jwks' }, { fault: 'missing-email' }],
  })
  expect(report.results.length).toBeGreaterThan(25)
})

describe.each(Object.entries(careless))('an API that does not look at the %s', (_what, { check, finds }) => {
  test(`fails, for one by ${finds}`, async () => {
    const report = await examine(await serve(check))

    expect(report.passed).toBe(false)
    expect(wrongOf(report)).toContain(finds)
  })
})

test('an API that refuses the good token cannot be examined', async () => {
  const url = await serve(() => Promise.reject(new Error('nobody')))

  await expect(examine(url)).rejects.toMatchObject({
    code: 'ERR_EXAM_CONTROL',
    message: expect.stringContaining('401'),
  })
})

test('of one that gives no answer it is said that there was none, of opaque tokens that they are such', async () => {
  await expect(examine('http://127.0.0.1:1/me')).rejects.toMatchObject({
    message: expect.stringMatching(/no answer \(.+\)\. See that it runs/),
  })
  const service = { client_id: 'app', client_secret: 'app-secret', grant_types: ['client_credentials' as const] }
  const issuer = await idp.createIssuer({ name: 'opaque', access_token: { format: 'opaque' }, clients: [service] })
  const url = await serve((jwt) => jwtVerify(jwt, keys(), options()))
  await expect(examineApi(issuer, { url, client: 'app' })).rejects.toMatchObject({
    message: expect.stringContaining('The token is opaque'),
  })
})

test('what is wrong is told with a clause about access tokens', async () => {
  const { results } = await examine(await serve(async () => {}))

  expect(results.find(({ fault }) => fault === 'invalid-aud')?.see).toContain('rfc9068')
  expect(results.filter(({ see }) => see.includes('openid.net'))).toEqual([])
})

test('an API that breaks is wrong, whatever is asked of it', async () => {
  let calls = 0
  const server = createServer((_request, response) => {
    calls += 1
    response.writeHead(calls === 1 ? 200 : 500).end()
  })
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  const report = await examine(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)

  expect(wrongOf(report)).toHaveLength(report.results.length - 1)
  expect(report.results[1]).toMatchObject({ did: 'break', seen: '500' })
})

test('the command prints a report, writes JUnit XML, and ends with 1 where anything is wrong', async () => {
  const known = keys()
  const url = await serve((jwt) => jwtVerify(jwt, known, { ...options(), audience: undefined as never }))
  const args = ['exam', 'api', '--url', url, '--client', 'app', '--user', 'alice', '--server', idp.url]

  const told = await run(args)
  const json = await run([...args, '--json'])

  expect(told).toMatchObject({ code: 1, stderr: expect.stringContaining('is wrong about invalid-aud') })
  expect(told.stdout).toMatch(/^WRONG +invalid-aud +reject +200 +https:/m)
  expect(told.stdout).toMatch(/^ok +invalid-sig +reject +401$/m)
  const report: ExamReport = JSON.parse(json.stdout)
  expect(asJunit(report)).toContain(`failures="${wrongOf(report).length}"`)
})

test('a report that cannot be written is told of before the API is asked', async () => {
  let calls = 0
  const url = await serve(async () => {
    calls += 1
  })
  const junit = '/no/such/folder/exam.xml'

  const ran = await run(['exam', 'api', '--url', url, '--client', 'app', '--server', idp.url, '--junit', junit])

  expect(ran).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining(`Failed to open --junit ${junit} for writing: ENOENT`),
  })
  expect(calls).toBe(0)
})
