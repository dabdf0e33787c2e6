import { createServer, type Server } from 'node:http'

/** An app that tells who has logged in, by code and userinfo, or what the provider has said instead. */
export function createApp(issuer: () => string): Server {
  return createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    const callback = `${url.origin}/callback`
    if (url.pathname === '/favicon.ico') return response.writeHead(404).end()
    if (url.pathname === '/callback') return response.end(await greet(issuer(), callback, url.searchParams))
    const query = new URLSearchParams({
      client_id: 'app',
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid profile roles',
    })
    return response.writeHead(303, { location: `${issuer()}/auth?${query}` }).end()
  })
}

async function greet(issuer: string, callback: string, answer: URLSearchParams): Promise<string> {
  const error = answer.get('error')
  if (error !== null) return `The provider says ${error}.`
  const tokens = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('app:s')}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: answer.get('code') ?? '',
      redirect_uri: callback,
    }),
  })
  const { access_token: token, error: refused } = (await tokens.json()) as Record<string, string>
  if (!tokens.ok) return `The token endpoint says ${refused}.`
  const me = await fetch(`${issuer}/me`, { headers: { authorization: `Bearer ${token}` } })
  const { name, roles } = (await me.json()) as { name: string; roles: string[] }
  return `Hello ${name}, you are ${roles.join()}.`
}
