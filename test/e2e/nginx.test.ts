import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import {
  type FixturesModule,
  type IssuedCertificate,
  startUnderstudy,
  type UnderstudyOptions,
} from '../../src/index.ts'
import { blocksOf, fileNameOf } from '../docs/blocks.ts'
import { UserAgent } from '../user-agent.ts'
import { login } from './flows.ts'
import { freePort } from './free-port.ts'
import { answers, type Nginx, startNginx } from './nginx.ts'
import { fetchTrusting } from './trusting.ts'

const signedOut = 'http://localhost:3000/signed-out'

const members: FixturesModule = {
  users: [{ username: 'alice', sub: '100101' }],
  clients: [
    {
      client_id: 'web',
      client_secret: 'web-secret',
      redirect_uris: ['http://localhost:3000/callback'],
      post_logout_redirect_uris: [signedOut],
      grant_types: ['authorization_code', 'refresh_token'],
    },
  ],
}

/** A client that is known by its certificate. */
const app = {
  client_id: 'app',
  tls_client_auth_subject_dn: 'CN=app',
  tls_client_certificate_bound_access_tokens: true,
  redirect_uris: ['http://localhost:3000/callback'],
}

const fixtures: FixturesModule = { ...members, issuers: { partner: members as never } }

/** A setup: the path of the issuer, and what nginx is told. */
interface Setup {
  path: string
  isFixed?: true
  directives: string
}

/** What the documentation shows, which is for a server at its usual port. */
function documented(page: string, file: string): string {
  const block = blocksOf(page).find((each) => fileNameOf(each) === file)
  if (block === undefined) throw new Error(`Failed to find ${file} on ${page}`)
  return block.text
}

/** Ways to put nginx before an Understudy, as people write them. */
const setups: Record<string, Setup> = {
  'issuer: auto': { path: '', directives: documented('docs/https.md', 'proxy.conf') },
  'issuer: auto, the host handed on': {
    path: '',
    directives: `location / {
      proxy_pass http://127.0.0.1:9400;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
    }`,
  },
  'issuer: auto, below a path that nginx takes off': {
    path: '/sso',
    directives: documented('docs/https.md', 'path.conf'),
  },
  'a fixed issuer': {
    path: '',
    isFixed: true,
    directives: documented('docs/https.md', 'fixed.conf').replace('/sso/', '/'),
  },
  'a fixed issuer, below a path that nginx takes off': {
    path: '/sso',
    isFixed: true,
    directives: documented('docs/https.md', 'fixed.conf').replace(':9400;', ':9400/;'),
  },
  'a fixed issuer, below a path that nginx leaves on': {
    path: '/sso',
    isFixed: true,
    directives: documented('docs/https.md', 'fixed.conf'),
  },
}

const handingOn: Setup = { path: '', directives: documented('docs/mtls.md', 'certificates.conf') }

/** An Understudy and nginx before it. */
async function startBoth({ path, isFixed, directives }: Setup, options: UnderstudyOptions = {}) {
  const target = await freePort()
  const nginx = await startNginx(directives.replaceAll(':9400', `:${target}`))
  const issuer = nginx.origin + path
  const named = isFixed ? { ...fixtures, issuer } : fixtures
  const idp = await startUnderstudy({ fixtures: named, port: target, ...options })
  const end = async () => {
    await idp.close()
    await nginx[Symbol.asyncDispose]()
  }
  return { idp, nginx, issuer, [Symbol.asyncDispose]: end }
}

/** What a strict client does: all by the names that discovery gives, which have to be the one it knows. */
async function strictRound(issuer: string, { ca }: Nginx): Promise<void> {
  const send = fetchTrusting(ca)
  const config = await client.discovery(new URL(issuer), 'web', 'web-secret', undefined, {
    [client.customFetch]: send as client.CustomFetch,
  })
  client.enableNonRepudiationChecks(config)
  const agent = new UserAgent(send)
  const { tokens, callback } = await login(config, { agent, scope: 'openid', par: true })
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token as string)
  await client.fetchUserInfo(config, refreshed.access_token, '100101')
  const told = await client.tokenIntrospection(config, refreshed.access_token)
  const logout = client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token as string,
    post_logout_redirect_uri: signedOut,
  })
  const back = await agent.submit(await agent.open(logout), /name="logout"/, { logout: 'yes' })
  const urls = Object.values(config.serverMetadata()).filter((value) => /^https?:/.test(String(value)))

  expect(callback.searchParams.get('iss')).toBe(issuer)
  expect(tokens.claims()?.iss).toBe(issuer)
  expect(decodeJwt(refreshed.access_token).iss).toBe(issuer)
  expect(told).toMatchObject({ active: true, iss: issuer })
  expect(back.url.href).toBe(signedOut)
  for (const url of urls) expect(`${url}/`).toContain(`${issuer}/`)
}

describe.each(Object.entries(setups))('behind nginx, with %s', (_, setup) => {
  test.each(['', '/partner'])('a strict client is content at "%s"', async (mount) => {
    await using both = await startBoth(setup)
    await strictRound(both.issuer + mount, both.nginx)
  })
})

test.each(['', '/partner'])('RFC 8414 finds "%s" below a path that nginx takes off', async (mount) => {
  await using both = await startBoth(setups['issuer: auto, below a path that nginx takes off'] as Setup)

  const document = `${both.nginx.origin}/.well-known/oauth-authorization-server/sso${mount}`
  const response = await fetchTrusting(both.nginx.ca)(document)

  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({ issuer: both.issuer + mount })
})

describe('nginx that hands on the certificates of clients', () => {
  const known = { users: members.users, clients: [app] } as FixturesModule
  const header: UnderstudyOptions = {
    clientCertHeader: 'Ssl-Client-Cert',
    fixtures: { ...known, issuers: { partner: known as never } },
  }

  async function clientOf(issuer: string, nginx: Nginx, shown?: IssuedCertificate) {
    const send = fetchTrusting(nginx.ca, shown)
    return client.discovery(new URL(issuer), 'app', undefined, client.TlsClientAuth(), {
      [client.customFetch]: send as client.CustomFetch,
    })
  }

  test.each(['', '/partner'])('clients are known by them, and tokens bound to them, at "%s"', async (mount) => {
    await using both = await startBoth(handingOn, header)
    const issuer = both.nginx.origin + mount
    const shown = await both.idp.certificates.issue({ subject: 'CN=app' })
    const config = await clientOf(issuer, both.nginx, shown)
    const { tokens } = await login(config, { agent: new UserAgent(fetchTrusting(both.nginx.ca)), scope: 'openid' })

    const asks = async (certificate?: IssuedCertificate) => {
      const headers = { authorization: `Bearer ${tokens.access_token}` }
      return (await fetchTrusting(both.nginx.ca, certificate)(`${issuer}/me`, { headers })).status
    }
    expect(config.serverMetadata()).toMatchObject({
      token_endpoint_auth_methods_supported: expect.arrayContaining(['tls_client_auth', 'self_signed_tls_client_auth']),
      tls_client_certificate_bound_access_tokens: true,
    })
    expect(decodeJwt(tokens.access_token).cnf).toEqual({ 'x5t#S256': shown.thumbprint })
    expect(await asks(shown)).toBe(200)
    expect(await asks()).toBe(401)
    expect(await asks(await both.idp.certificates.issue({ subject: 'CN=app' }))).toBe(401)
  })

  test('one that is wrong is refused, and so is none', async () => {
    await using both = await startBoth(handingOn, header)
    const { certificates } = both.idp
    for (const order of [{ subject: 'CN=other' }, { subject: 'CN=app', self_signed: true }]) {
      const config = await clientOf(both.nginx.origin, both.nginx, await certificates.issue(order))
      const answer = client.tokenRevocation(config, 'a-token')
      await expect(answer).rejects.toMatchObject({ error: 'invalid_client', status: 401 })
    }
    const config = await clientOf(both.nginx.origin, both.nginx)
    await expect(client.tokenRevocation(config, 'a-token')).rejects.toMatchObject({
      error: 'invalid_client',
      status: 401,
    })
  })

  test('counts for nothing, and is not advertised, where the header was not said', async () => {
    await using both = await startBoth(handingOn)
    const config = await clientOf(
      both.nginx.origin,
      both.nginx,
      await both.idp.certificates.issue({ subject: 'CN=app' }),
    )
    const metadata = config.serverMetadata()
    expect(metadata.token_endpoint_auth_methods_supported).not.toContain('tls_client_auth')
    expect(metadata).not.toHaveProperty('tls_client_certificate_bound_access_tokens')
    await expect(client.tokenRevocation(config, 'a-token')).rejects.toMatchObject({ error: 'invalid_client' })
    await expect(both.idp.clients.put('app', app)).rejects.toThrow('--client-cert-header')
  })
})

test('nginx can speak HTTPS to it, and check its certificate', async () => {
  await using idp = await startUnderstudy({ fixtures, https: true })
  const folder = await mkdtemp(join(tmpdir(), 'understudy-ca-'))
  await writeFile(join(folder, 'ca.pem'), await idp.certificates.authority())
  await using nginx = await startNginx(`location / {
    proxy_pass https://127.0.0.1:${new URL(idp.origin).port};
    proxy_ssl_verify on;
    proxy_ssl_trusted_certificate ${folder}/ca.pem;
    proxy_ssl_server_name on;
    proxy_ssl_name understudy;
    proxy_set_header X-Forwarded-Host $http_host;
  }`)
  await strictRound(nginx.origin, nginx)
  await rm(folder, { recursive: true })
})

test('nginx does not outlive a process that is killed', async () => {
  const script = `import { startNginx } from '${new URL('nginx.ts', import.meta.url)}'
    const { origin } = await startNginx('')
    console.log(new URL(origin).port)
    setInterval(() => {}, 1000)`
  const starter = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [line] = await once(starter.stdout, 'data')
  const port = Number(line)
  expect(await answers(port)).toBe(true)

  starter.kill('SIGKILL')

  await expect.poll(() => answers(port)).toBe(false)
})
