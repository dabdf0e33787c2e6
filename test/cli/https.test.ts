import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { runHere } from './run.ts'

let idp: Understudy
let folder: string

beforeAll(async () => {
  idp = await startUnderstudy({ https: true, adminToken: 's3cret' })
  folder = await mkdtemp(join(tmpdir(), 'understudy-certificates-'))
})
afterAll(async () => {
  await idp.close()
  await rm(folder, { recursive: true })
})

/** One command that speaks to the server by its address, which a stranger to its authority could not do. */
function run(args: string[]) {
  const server = idp.origin.replace('localhost', '127.0.0.1')
  return runHere(args, { env: { UNDERSTUDY_SERVER: server, UNDERSTUDY_ADMIN_TOKEN: 's3cret' } })
}

test.each(['UNDERSTUDY_HTTPS', 'UNDERSTUDY_TLS_CERT'])('a health check is by HTTPS where %s says so', async (name) => {
  const { port } = new URL(idp.origin)
  const healthy = await runHere(['healthcheck'], { env: { UNDERSTUDY_PORT: port, [name]: '1' } })
  const deaf = await runHere(['healthcheck'], { env: { UNDERSTUDY_PORT: port } })

  expect(healthy).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok /) })
  expect(deaf.code).toBe(1)
})

test('a server that is not there is told as ever', async () => {
  const { code, stderr } = await runHere(['healthcheck', '--server', 'https://127.0.0.1:9'])

  expect(code).toBe(1)
  expect(stderr).toBe('error: Failed to reach https://127.0.0.1:9: ECONNREFUSED. Is Understudy running there?\n')
})

test('ca prints the authority', async () => {
  expect((await run(['ca'])).stdout).toBe(await idp.certificates.authority())
  expect(JSON.parse((await run(['ca', '--json'])).stdout)).toEqual({ certificate: await idp.certificates.authority() })
})

test('certificate writes two files, and says what to register', async () => {
  const { code, stdout } = await run(['certificate', 'web-app', '--out', join(folder, 'certs'), '--dns', 'a.example'])

  const file = join(folder, 'certs/web-app.pem')
  const made = new X509Certificate(await readFile(file))
  const { mode } = await stat(join(folder, 'certs/web-app-key.pem'))
  expect(code).toBe(0)
  expect(stdout).toContain(`wrote ${file} and `)
  expect(stdout).toContain('\ntls_client_auth_subject_dn: "CN=web-app"\n')
  expect(made.subjectAltName).toBe('DNS:a.example')
  expect(made.checkIssued(new X509Certificate(await idp.certificates.authority()))).toBe(true)
  expect(mode & 0o077).toBe(0)
})

test('certificate prints JSON and writes nothing, where that is asked for; one that signs itself tells its jwks', async () => {
  const printed = await run(['certificate', 'a,b', '--json', '--expires-in=-1d'])
  const own = await run(['certificate', 'self', '--self-signed', '--out', folder])

  const made = JSON.parse(printed.stdout)
  expect(made.subject).toBe('CN=a\\,b')
  expect(Date.parse(made.expires_at)).toBeLessThan(Date.now())
  expect(own.stdout).toContain('token_endpoint_auth_method: self_signed_tls_client_auth\njwks: {"keys":[{"kty":"EC"')
})

test('certificate says what it cannot make', async () => {
  const { code, stderr } = await run(['certificate', '--subject', 'nonsense'])

  expect(code).toBe(1)
  expect(stderr).toMatch(/^error: Failed to make the certificate: /)
})
