import { Auth, type AuthConfig, customFetch } from '@auth/core'
import { AuthError } from '@auth/core/errors'
import { type Library, plainCodeOf, seenOf, type Target } from '../library.ts'
import { type RefusedPage, Visitor } from '../web-app.ts'

const origin = 'http://localhost'
const basePath = '/auth'
const maxAgeSeconds = 3600
const callback = `${basePath}/callback/understudy`

export const authCore: Library = {
  name: 'auth-core',
  how: 'all checks, idToken: false',
  package: '@auth/core',
  about:
    'It has oauth4webapi do the protocol, and never looks at signatures. It leaves refresh tokens to the app, and it waits as long as the `customFetch` of the app does.',
  registers: ['userinfo_signed_response_alg'],
  open: async () => ({ redirectUri: origin + callback, login, close: async () => {} }),
}

/** What it is asked comes to it as a request, so that it needs no server. */
function login(target: Target) {
  const visitor = new Visitor(origin, (url, init) => answer(new Request(url, init), target))
  return seenOf(async () => {
    const { forms } = await visitor.open('authorization', `${basePath}/signin`)
    const { action = '', fields } = forms[0] ?? {}
    const away = await visitor.open('authorization', action, { method: 'POST', body: new URLSearchParams(fields) })
    await visitor.goAndComeBack(away, callback)
  })
}

/** It tells the browser little of what has gone wrong, and its logger all. */
async function answer(request: Request, target: Target): Promise<Response> {
  const told: Error[] = []
  const config = { ...configFor(target), logger: { error: (error: Error) => void told.push(error) } }
  const response = new URL(request.url).pathname === '/' ? await home(request, config) : await Auth(request, config)
  const [error] = told
  if (error === undefined) return response
  return Response.json({ refused: codeOf(error) } satisfies RefusedPage, { status: 500 })
}

/** Where a browser is sent once it is signed in. */
async function home({ headers }: Request, config: Omit<AuthConfig, 'raw'>): Promise<Response> {
  const session = await Auth(new Request(`${origin}${basePath}/session`, { headers }), config)
  return new Response(null, { status: (await session.json()) === null ? 401 : 200 })
}

function configFor({ issuer, clientId, clientSecret, timeoutMs, metadata }: Target): Omit<AuthConfig, 'raw'> {
  return {
    basePath,
    trustHost: true,
    secret: 'a secret that is long enough for it',
    providers: [
      {
        id: 'understudy',
        name: 'Understudy',
        type: 'oidc',
        issuer,
        clientId,
        clientSecret,
        checks: ['pkce', 'state', 'nonce'],
        idToken: false,
        authorization: { params: { scope: 'openid profile email', max_age: maxAgeSeconds } },
        client: { ...metadata, default_max_age: maxAgeSeconds },
        [customFetch]: (...[url, init]: Parameters<typeof fetch>) =>
          fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) }),
      },
    ],
  }
}

/** The type of its own error, and the code of the one that it wraps. */
function codeOf(error: Error): string {
  if (!(error instanceof AuthError)) return plainCodeOf(error)
  const wrapped = error.cause?.err
  return wrapped === undefined ? error.type : `${error.type} ${plainCodeOf(wrapped)}`
}
