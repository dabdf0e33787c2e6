import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as client from 'openid-client'
import { expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'
import { fetchTrusting } from './trusting.ts'

const members = {
  users: [{ username: 'alice', sub: '100101' }],
  clients: [{ client_id: 'web', client_secret: 'secret', redirect_uris: ['http://localhost:3000/callback'] }],
}

/** A login by a client that trusts the authority, over connections of its own; the code of its error, or `taken`. */
async function attempt(idp: Understudy): Promise<string> {
  const send = fetchTrusting(await idp.certificates.authority())
  try {
    const config = await client.discovery(new URL(idp.url), 'web', 'secret', undefined, {
      [client.customFetch]: send as client.CustomFetch,
    })
    await login(config, { agent: new UserAgent(send), scope: 'openid' })
    return 'taken'
  } catch (error) {
    const { code, cause } = error as { code?: string; cause?: { code?: string } }
    return cause?.code ?? code ?? String(error)
  }
}

test.each([
  ['tls-expired', 'CERT_HAS_EXPIRED'],
  ['tls-wrong-host', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['tls-unknown-ca', 'SELF_SIGNED_CERT_IN_CHAIN'],
] as const)('%s is %s to openid-client, and the next login is good', async (fault, code) => {
  await using idp = await startUnderstudy({ fixtures: members, https: true })
  expect(await attempt(idp)).toBe('taken')
  await idp.arm(fault)

  expect(await attempt(idp)).toMatch(fault === 'tls-unknown-ca' ? /^(?:UNABLE_TO_|SELF_SIGNED_|CERT_)/ : code)
  expect(await idp.armed()).toMatchObject([{ matches: 1, fires: 1, spent: true }])
  expect(await attempt(idp)).toBe('taken')
})

test('who has been here before sees the certificate again, rather than going on by a ticket', async () => {
  await using idp = await startUnderstudy({ fixtures: members, https: true })
  const send = fetchTrusting(await idp.certificates.authority())
  const ask = () => send(`${idp.url}/jwks`, { headers: { connection: 'close' } }).then(({ status }) => status)
  expect([await ask(), await ask()]).toEqual([200, 200])
  await idp.arm({ fault: 'tls-expired', times: 2 })

  for (let time = 1; time <= 2; time += 1) {
    await expect(ask()).rejects.toMatchObject({ cause: { code: 'CERT_HAS_EXPIRED' } })
  }

  expect(await ask()).toBe(200)
})

test('only clients that ask for the name are met; armed on any issuer', async () => {
  await using idp = await startUnderstudy({ fixtures: { ...members, issuers: { other: members } }, https: true })
  await idp.issuer('other').arm({ fault: 'tls-expired', with: { servername: 'id.dev.example' } })
  const trusting = fetchTrusting(await idp.certificates.authority())

  expect((await trusting(`${idp.url}/jwks`)).status).toBe(200)
  expect(await idp.issuer('other').armed()).toMatchObject([{ matches: 0 }])
})

test('a script plays them over connections', async () => {
  await using idp = await startUnderstudy({ fixtures: members, https: true })
  await idp.arm({ script: ['tls-wrong-host', 'pass', 'tls-expired'] })
  const trusted = await idp.certificates.authority()
  const connect = () =>
    fetchTrusting(trusted)(`${idp.url}/jwks`).then(
      () => 'taken',
      ({ cause }: { cause: { code: string } }) => cause.code,
    )

  expect(await connect()).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
  expect(await connect()).toBe('taken')
  expect(await connect()).toBe('CERT_HAS_EXPIRED')
  expect(await connect()).toBe('taken')
})

test('a server with a key pair of the user shows it again after a fault', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-tls-faults-'))
  const [tlsCert, tlsKey] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', tlsKey, '-out', tlsCert]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  execFileSync('openssl', ['req', '-x509', ...key, ...subject], { stdio: 'ignore' })
  await using idp = await startUnderstudy({ fixtures: members, tlsCert, tlsKey })
  const own = await readFile(tlsCert, 'utf8')
  await idp.arm('tls-unknown-ca')

  await expect(fetchTrusting(own)(`${idp.url}/jwks`)).rejects.toThrow('fetch failed')
  expect((await fetchTrusting(own)(`${idp.url}/jwks`)).status).toBe(200)
  await rm(folder, { recursive: true })
})

test.each([
  [{ fault: 'tls-expired', when: { client: 'web' } }, 'when.client: "tls-expired" meets a client that connects'],
  [{ fault: 'tls-expired', per: 'client' }, 'per: "tls-expired" meets a client that connects'],
  [{ script: ['tls-expired', 'server_error'] }, 'script: "tls-expired" meets a client that connects'],
] as const)('%j cannot be armed, and says why', async (fault, message) => {
  await using idp = await startUnderstudy({ fixtures: members, https: true })

  await expect(idp.arm(fault as never)).rejects.toMatchObject({
    code: 'ERR_FAULT_INVALID',
    message: expect.stringContaining(message),
  })
})

test('without HTTPS it cannot be armed, and a request cannot arm it at all', async () => {
  await using idp = await startUnderstudy({ fixtures: members })

  await expect(idp.arm('tls-expired')).rejects.toMatchObject({ message: expect.stringContaining('--https') })
  const answer = await fetch(`${idp.url}/jwks`, { headers: { 'understudy-fault': 'tls-expired' } })
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('before there is any request')
  expect((await discover(idp.url, 'web', 'secret')).serverMetadata().issuer).toBe(idp.url)
})
