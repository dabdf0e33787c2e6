import { join } from 'node:path'
import express, { type ErrorRequestHandler, type Express } from 'express'
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client'
import type { Note } from '../api/api.ts'
import { createWithAccess, SignedOut, TokenRefused } from './fresh.ts'
import { createLogoutTokenCheck } from './logout-token.ts'
import { createOidc, type OidcSettings, type SignedIn } from './oidc.ts'
import { accountPage, notesPage, problemPage, welcomePage } from './pages.ts'
import { Sessions } from './sessions.ts'

export interface WebSettings extends OidcSettings {
  apiUrl: string
}

/** The API has said no, for a reason that no other token would change. */
class Refused extends Error {}

/** The pages of the notes. */
export async function createWeb({ apiUrl, ...settings }: WebSettings): Promise<Express> {
  const oidc = await createOidc(settings)
  const withAccess = createWithAccess(oidc)
  const checkLogoutToken = createLogoutTokenCheck({
    issuer: oidc.metadata.issuer,
    clientId: settings.clientId,
    jwksUri: oidc.metadata.jwks_uri ?? '',
  })
  const sessions = new Sessions()
  const web = express().disable('x-powered-by')
  web.use(express.static(join(import.meta.dirname, '../../public')), express.urlencoded())

  async function askApi(user: SignedIn, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${user.accessToken}`, 'content-type': 'application/json' }
    const response = await fetch(apiUrl + path, { ...init, headers })
    if (response.ok) return response
    const { error_description: why = response.statusText } = (await response.json().catch(() => ({}))) as {
      error_description?: string
    }
    throw response.status === 401 ? new TokenRefused(why) : new Refused(why)
  }

  web.get('/', async (request, response) => {
    const session = sessions.of(request)
    if (session?.user === undefined) {
      response.send(welcomePage())
      return
    }
    const notes = await withAccess(session, async (user) => (await askApi(user, '/notes')).json() as Promise<Note[]>)
    response.send(notesPage(session.user, notes))
  })

  web.post('/notes', async (request, response) => {
    const body = JSON.stringify({ text: request.body.text })
    await withAccess(sessions.begin(request, response), (user) => askApi(user, '/notes', { method: 'POST', body }))
    response.redirect(303, '/')
  })

  web.post('/notes/:id/remove', async (request, response) => {
    const path = `/notes/${encodeURIComponent(request.params.id)}`
    await withAccess(sessions.begin(request, response), (user) => askApi(user, path, { method: 'DELETE' }))
    response.redirect(303, '/')
  })

  web.get('/account', async (request, response) => {
    const session = sessions.begin(request, response)
    const userinfo = await withAccess(session, oidc.userinfo)
    response.send(accountPage(session.user as SignedIn, userinfo))
  })

  web.get('/login', async (request, response) => {
    const { location, checks } = await oidc.begin()
    sessions.begin(request, response).logins.set(checks.expectedState, checks)
    response.redirect(location.href)
  })

  web.get('/callback', async (request, response) => {
    const callback = new URL(request.originalUrl, settings.url)
    const checks = sessions.of(request)?.logins.get(callback.searchParams.get('state') ?? '')
    if (checks === undefined) throw new SignedOut('This login was not begun in this browser.')
    sessions.signIn(request, response, await oidc.finish(callback, checks))
    response.redirect('/')
  })

  web.post('/logout', (request, response) => {
    const user = sessions.of(request)?.user
    sessions.end(request)
    response.redirect(303, user === undefined ? '/' : oidc.endSession(user).href)
  })

  web.post('/backchannel-logout', async (request, response) => {
    response.set('Cache-Control', 'no-store')
    try {
      const { sub, sid } = await checkLogoutToken(String(request.body.logout_token))
      sessions.signOut((user) => (sid === undefined ? user.sub === sub : user.sid === sid))
      response.status(204).end()
    } catch (error) {
      response.status(400).json({ error: 'invalid_request', error_description: (error as Error).message })
    }
  })

  const explain: ErrorRequestHandler = (error, request, response, next) => {
    const user = sessions.of(request)?.user
    if (error instanceof SignedOut) {
      response.status(401).send(problemPage('Please log in', error.message))
    } else if (error instanceof TokenRefused) {
      response
        .status(502)
        .send(problemPage('The notes cannot be had', `The API takes no token of yours: ${error.message}`, user))
    } else if (error instanceof Refused) {
      response.status(403).send(problemPage('That is not for you', error.message, user))
    } else if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
      response.status(502).send(problemPage('The login failed', error.error_description ?? error.error, user))
    } else if (error instanceof ClientError) {
      response.status(502).send(problemPage('The login failed', error.message, user))
    } else next(error)
  }
  return web.use(explain)
}
