import { join } from 'node:path'
import express, { type Express, type RequestHandler } from 'express'
import { explain } from './explain.ts'
import { createWithAccess, SignedOut } from './fresh.ts'
import { createLogoutTokenCheck } from './logout-token.ts'
import { createNotes } from './notes.ts'
import { createOidc, type Oidc, type OidcSettings, type SignedIn } from './oidc.ts'
import { accountPage, notesPage, welcomePage } from './pages.ts'
import { Sessions } from './sessions.ts'

export interface WebSettings extends OidcSettings {
  apiUrl: string
}

/** The pages of the notes. */
export async function createWeb({ apiUrl, ...settings }: WebSettings): Promise<Express> {
  const oidc = await createOidc(settings)
  const sessions = new Sessions()
  const web = express().disable('x-powered-by')
  web.use(express.static(join(import.meta.dirname, '../../public')), express.urlencoded())
  addPages(web, sessions, oidc, apiUrl)
  addLogin(web, sessions, oidc, settings.url)
  web.post('/backchannel-logout', backchannelLogout(sessions, oidc, settings.clientId))
  return web.use(explain(sessions))
}

function addPages(web: Express, sessions: Sessions, oidc: Oidc, apiUrl: string): void {
  const withAccess = createWithAccess(oidc)
  const notes = createNotes(apiUrl)

  web.get('/', async (request, response) => {
    const session = sessions.of(request)
    if (session?.user === undefined) {
      response.send(welcomePage())
      return
    }
    const list = await withAccess(session, notes.list)
    response.send(notesPage(session.user, list))
  })

  web.post('/notes', async (request, response) => {
    const text = String(request.body?.text ?? '')
    await withAccess(sessions.begin(request, response), (user) => notes.add(user, text))
    response.redirect(303, '/')
  })

  web.post('/notes/:id/remove', async (request, response) => {
    await withAccess(sessions.begin(request, response), (user) => notes.remove(user, request.params.id))
    response.redirect(303, '/')
  })

  web.get('/account', async (request, response) => {
    const session = sessions.begin(request, response)
    const userinfo = await withAccess(session, oidc.userinfo)
    response.send(accountPage(session.user as SignedIn, userinfo))
  })
}

function addLogin(web: Express, sessions: Sessions, oidc: Oidc, url: string): void {
  web.get('/login', async (request, response) => {
    const { location, checks } = await oidc.begin()
    sessions.begin(request, response).logins.set(checks.expectedState, checks)
    response.redirect(location.href)
  })

  web.get('/callback', async (request, response) => {
    const callback = new URL(request.originalUrl, url)
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
}

/** Hears from the provider that somebody has logged out elsewhere. */
function backchannelLogout(sessions: Sessions, { metadata }: Oidc, clientId: string): RequestHandler {
  const check = createLogoutTokenCheck({ issuer: metadata.issuer, clientId, jwksUri: metadata.jwks_uri ?? '' })

  return async function takeLogoutToken(request, response) {
    response.set('Cache-Control', 'no-store')
    try {
      const { sub, sid } = await check(String(request.body?.logout_token))
      sessions.signOut((user) => (sid === undefined ? user.sub === sub : user.sid === sid))
      response.status(204).end()
    } catch (error) {
      response.status(400).json({ error: 'invalid_request', error_description: (error as Error).message })
    }
  }
}
