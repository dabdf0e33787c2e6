import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as client from 'openid-client'

interface Pending {
  verifier: string
  state: string
  nonce: string
}

/** How a web application tells that a login has failed. */
export type Failing = 'by status' | 'on its front page' | 'not at all' | 'by a loop' | 'by breaking off'

/** A web application that logs people in by openid-client, with sessions in a cookie; until it is closed. */
export async function startWebApp(issuer: string, failing: Failing) {
  const pending = new Map<string, Pending>()
  const signedIn = new Map<string, string>()
  let url = ''

  async function configuration() {
    const metadata = { client_secret: 'web-secret', id_token_signed_response_alg: 'RS256' }
    const config = await client.discovery(new URL(issuer), 'web-app', metadata, undefined, {
      execute: [client.allowInsecureRequests],
      timeout: 5,
    })
    client.enableNonRepudiationChecks(config)
    return config
  }

  async function begin(session: string): Promise<string> {
    const [verifier, state, nonce] = [client.randomPKCECodeVerifier(), client.randomState(), client.randomNonce()]
    pending.set(session, { verifier, state, nonce })
    const asked = {
      redirect_uri: `${url}/callback`,
      scope: 'openid',
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }
    return client.buildAuthorizationUrl(await configuration(), asked).href
  }

  async function end(session: string, request: Request): Promise<string> {
    const { verifier = '', state = '', nonce = '' } = pending.get(session) ?? {}
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce }
    const tokens = await client.authorizationCodeGrant(await configuration(), request, checks)
    return tokens.claims()?.sub ?? ''
  }

  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '', url)
    const session = /session=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? crypto.randomUUID().replaceAll('-', '')
    response.setHeader('set-cookie', `session=${session}; Path=/; HttpOnly`)
    const send = (location: string) => response.writeHead(303, { location }).end()
    try {
      if (pathname === '/login') return send(await begin(session))
      if (pathname === '/callback') {
        signedIn.set(session, await end(session, await asRequest(request, url)))
        return send('/')
      }
      const who = signedIn.get(session)
      return response.end(who === undefined ? '<a href="/login">Sign in</a>' : `<p>You are ${who}</p>`)
    } catch (error) {
      if (failing === 'on its front page') return send('/')
      if (failing === 'by a loop') return send('/login')
      if (failing === 'by breaking off') return response.destroy()
      if (failing === 'by status') return response.writeHead(502).end(`<p>${(error as Error).message}</p>`)
      signedIn.set(session, 'somebody')
      return send('/')
    }
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  url = `http://localhost:${(server.address() as AddressInfo).port}`
  return { url, redirectUri: `${url}/callback`, close: () => server.close() }
}

async function asRequest(request: IncomingMessage, origin: string): Promise<Request> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { method = 'GET', url = '' } = request
  const headers = { 'content-type': request.headers['content-type'] ?? 'text/plain' }
  return new Request(new URL(url, origin), {
    method,
    headers,
    ...(method === 'POST' && { body: Buffer.concat(chunks) }),
  })
}
