import { execFile, execFileSync } from 'node:child_process'
import type { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { type FixturesModule, startUnderstudy, type Understudy } from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover, login } from './flows.ts'
import { fetchTrusting } from './trusting.ts'

const members: FixturesModule = {
  users: [{ username: 'alice', sub: '100101' }],
  clients: [
    {
      client_id: 'web',
      client_secret: 'web-secret',
      redirect_uris: ['http://localhost:3000/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
    },
  ],
}

const fixtures: FixturesModule = { ...members, issuers: { partner: members as never } }

/** A complete login by a client that is strict about names and certificates. */
async function strictLogin(issuer: string, send: typeof fetch): Promise<void> {
  const config = await client.discovery(new URL(issuer), 'web', 'web-secret', undefined, {
    [client.customFetch]: send as client.CustomFetch,
  })
  client.enableNonRepudiationChecks(config)
  const { tokens, callback } = await login(config, { agent: new UserAgent(send), scope: 'openid' })
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token as string)
  await client.fetchUserInfo(config, refreshed.access_token, '100101')
  expect(callback.searchParams.get('iss')).toBe(issuer)
  expect(tokens.claims()?.iss).toBe(issuer)
}

describe.each(['', '/partner'])('over https, at "%s"', (mount) => {
  test('a strict client logs in that trusts the authority', async () => {
    await using idp = await startUnderstudy({ fixtures, https: true })
    expect(idp.url).toMatch(/^https:\/\/localhost:\d+$/)
    const ca = await idp.certificates.authority()
    await strictLogin(idp.url + mount, fetchTrusting(ca))
  })

  test('this process trusts it', async () => {
    await using idp = await startUnderstudy({ fixtures, https: true })
    await strictLogin(idp.url + mount, fetch)
  })
})

/** What a server shows to who asks for a name. */
async function shownTo(servername: string, idp: Understudy): Promise<X509Certificate> {
  const ca = await idp.certificates.authority()
  const socket = connect({ port: Number(new URL(idp.origin).port), host: '127.0.0.1', ca, servername })
  await once(socket, 'secureConnect')
  expect(socket.authorized).toBe(true)
  const certificate = socket.getPeerX509Certificate() as X509Certificate
  socket.destroy()
  return certificate
}

test('another process logs in that trusts it by NODE_EXTRA_CA_CERTS, and none that does not', async () => {
  await using folder = await temporaryFolder()
  await using idp = await startUnderstudy({ fixtures, https: true, store: `json:${join(folder.path, 'store.json')}` })
  const script = `
    import * as client from ${JSON.stringify(import.meta.resolve('openid-client'))}
    const config = await client.discovery(new URL(process.argv[1]), 'web', 'web-secret')
    const answer = await client.tokenRevocation(config, 'none').then(() => 'trusted')
    process.stdout.write(answer)
  `
  const run = (env: Record<string, string>) =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, idp.url], {
      env: { ...process.env, ...env },
    })

  expect((await run({ NODE_EXTRA_CA_CERTS: join(folder.path, 'ca.pem') })).stdout).toBe('trusted')
  await expect(run({})).rejects.toMatchObject({ stderr: expect.stringContaining('SELF_SIGNED_CERT_IN_CHAIN') })
})

describe('the certificate', () => {
  test.each(['localhost', 'understudy', 'id.dev.example'])('is one for whoever asks by %s', async (name) => {
    await using idp = await startUnderstudy({ https: true })
    expect((await shownTo(name, idp)).checkHost(name)).toBe(name)
  })

  test('is one for addresses, where nobody says a name', async () => {
    await using idp = await startUnderstudy({ https: true })
    const ca = await idp.certificates.authority()
    const [answer] = await once(request(`${idp.url.replace('localhost', '127.0.0.1')}/jwks`, { ca }).end(), 'response')
    expect(answer.resume().statusCode).toBe(200)
  })

  test('is trusted by nobody who was not told to', async () => {
    await using idp = await startUnderstudy({ https: true })
    await using other = await startUnderstudy({ https: true })
    const stranger = fetchTrusting(await other.certificates.authority())
    await expect(stranger(`${idp.url}/jwks`)).rejects.toMatchObject({ cause: { code: 'SELF_SIGNED_CERT_IN_CHAIN' } })
  })

  test('of the authority is given to anyone, over HTTP as well, whatever the token', async () => {
    await using idp = await startUnderstudy({ https: true, httpPort: 0, adminToken: 's3cret' })
    const answers = await Promise.all([idp.origin, idp.httpUrl].map((origin) => fetch(`${origin}/_understudy/ca.pem`)))
    for (const answer of answers) {
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toBe('application/x-pem-file')
      expect(await answer.text()).toBe(await idp.certificates.authority())
    }
  })

  test('of the authority is the same after a restart, and lies beside the store', async () => {
    await using folder = await temporaryFolder()
    const store = `json:${join(folder.path, 'state/store.json')}`
    const authorities: string[] = []
    for (let start = 1; start <= 2; start += 1) {
      await using idp = await startUnderstudy({ https: true, store })
      authorities.push(await idp.certificates.authority())
      expect(await readFile(join(folder.path, 'state/ca.pem'), 'utf8')).toBe(authorities[0])
      expect((await fetch(`${idp.url}/jwks`)).status).toBe(200)
    }
    expect(authorities[1]).toBe(authorities[0])
  })
})

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'understudy-https-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

describe('a key pair of the user', () => {
  /** As openssl makes one. */
  function make(folder: string): { tlsCert: string; tlsKey: string } {
    const [tlsCert, tlsKey] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', tlsKey]
    execFileSync('openssl', ['req', '-x509', ...key, '-out', tlsCert, ...subject], { stdio: 'ignore' })
    return { tlsCert, tlsKey }
  }

  test.each(['paths', 'text'])('is what clients see, given as %s', async (form) => {
    await using folder = await temporaryFolder()
    const paths = make(folder.path)
    const pem = { tlsCert: await readFile(paths.tlsCert, 'utf8'), tlsKey: await readFile(paths.tlsKey, 'utf8') }
    await using idp = await startUnderstudy({ fixtures, ...(form === 'paths' ? paths : pem) })
    await strictLogin(idp.url, fetchTrusting(pem.tlsCert))
    expect(idp.url).toMatch(/^https:/)
  })

  test.each([
    ['of which one is missing', { tlsCert: 'cert.pem' }, 'ERR_TLS_OPTIONS', /--tls-key/],
    ['of which the other is missing', { tlsKey: 'key.pem' }, 'ERR_TLS_OPTIONS', /--tls-cert/],
    ['that is not there', { tlsCert: '/nowhere/cert.pem', tlsKey: '/nowhere/key.pem' }, 'ERR_TLS_KEY_PAIR', /ENOENT/],
    ['that is none', { tlsCert: '-----BEGIN -----', tlsKey: '-----BEGIN -----' }, 'ERR_TLS_KEY_PAIR', /the given PEM/],
  ])('%s is refused at start', async (_, options, code, message) => {
    const starting = startUnderstudy(options)
    await expect(starting).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })

  test('that do not belong together are refused at start', async () => {
    await using one = await temporaryFolder()
    await using other = await temporaryFolder()
    const starting = startUnderstudy({ ...make(one.path), tlsKey: make(other.path).tlsKey })
    await expect(starting).rejects.toMatchObject({ code: 'ERR_TLS_KEY_PAIR' })
  })
})

test.each([{ httpPort: 0 }, { tlsClientCa: 'ca.pem' }])(
  'without HTTPS, %j means nothing, and is refused',
  async (options) => {
    const starting = startUnderstudy(options)
    await expect(starting).rejects.toMatchObject({
      code: 'ERR_TLS_OPTIONS',
      message: expect.stringContaining('--https'),
    })
  },
)

describe('plain HTTP beside it', () => {
  test('names itself, and a client that may not use HTTPS logs in there', async () => {
    await using idp = await startUnderstudy({ fixtures, https: true, httpPort: 0 })
    expect(idp.httpUrl).toMatch(/^http:\/\/localhost:\d+$/)
    const config = await discover(idp.httpUrl as string, 'web', 'web-secret')
    const { callback } = await login(config, { scope: 'openid' })
    expect(callback.searchParams.get('iss')).toBe(idp.httpUrl)
  })

  test('is not to be had on the port of HTTPS', async () => {
    await using idp = await startUnderstudy({ https: true })
    await expect(fetch(idp.url.replace('https', 'http'))).rejects.toThrow('fetch failed')
    expect((await fetch(`${idp.url}/jwks`)).status).toBe(200)
  })
})

test('cookies are secure over HTTPS alone', async () => {
  await using idp = await startUnderstudy({ fixtures, https: true, httpPort: 0 })
  const query = 'client_id=web&response_type=code&scope=openid&redirect_uri=http://localhost:3000/callback'
  const secureAt = async (origin: string | undefined) => {
    const { headers } = await fetch(`${origin}/auth?${query}`, { redirect: 'manual' })
    return new Set(headers.getSetCookie().map((cookie) => /; secure/i.test(cookie)))
  }
  expect(await secureAt(idp.url)).toEqual(new Set([true]))
  expect(await secureAt(idp.httpUrl)).toEqual(new Set([false]))
})

test('the admin API speaks HTTPS on a port of its own, too', async () => {
  await using idp = await startUnderstudy({ fixtures, https: true, adminPort: 0 })
  expect(idp.adminUrl).toMatch(/^https:/)
  const issuers = (await (await fetch(`${idp.adminUrl}/_understudy/api/issuers`)).json()) as { issuer: string }[]
  expect(issuers.map(({ issuer }) => issuer)).toEqual([idp.url, `${idp.url}/partner`])
})

describe('when it ends', () => {
  /** A request over TLS that lacks its last byte. */
  async function begin(idp: Understudy): Promise<TLSSocket> {
    const ca = await idp.certificates.authority()
    const socket = connect({ port: Number(new URL(idp.origin).port), ca, servername: 'localhost' })
    await once(socket.setEncoding('utf8'), 'secureConnect')
    const head = 'POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n'
    socket.write(`${head}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n`)
    const [interim] = await once(socket, 'data')
    expect(interim).toMatch(/^HTTP\/1\.1 100 /)
    return socket
  }

  test('a request under way is answered', async () => {
    const idp = await startUnderstudy({ https: true })
    const socket = await begin(idp)
    const closed = idp.close()
    socket.write('a=')
    const [answer] = await once(socket, 'data')
    expect(answer).toMatch(/^HTTP\/1\.1 401 /)
    await closed
  })

  test('connections that ask nothing do not hold it up, with TLS or before', async () => {
    const idp = await startUnderstudy({ https: true })
    const { port } = new URL(idp.origin)
    const ca = await idp.certificates.authority()
    const secure = connect({ port: Number(port), ca, servername: 'localhost' })
    await once(secure, 'secureConnect')
    const bare = connectPlain(Number(port), '127.0.0.1')
    await once(bare, 'connect')
    const gone = Promise.all([once(secure.resume(), 'close'), once(bare.resume(), 'close')])
    await Promise.all([idp.close(), gone])
  }, 5000)
})

test.each([
  [{}, false],
  [{ https: true }, true],
])('what makes certificates is loaded by those alone who need it: %j', async (options, isLoaded) => {
  const source = JSON.stringify(join(import.meta.dirname, '../../src/index.ts'))
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
    const { startUnderstudy } = await import(${source})
    await (await startUnderstudy(${JSON.stringify({ ...options, logLevel: 'silent' })})).close()
    process.stdout.write(String(loaded.some((url) => /@peculiar|certificates.making/.test(url))))
  `
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'start.mjs'), script)
  const said = execFileSync(process.execPath, [join(folder.path, 'start.mjs')], { encoding: 'utf8' })
  expect(said).toBe(String(isLoaded))
})
