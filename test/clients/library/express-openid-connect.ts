import express, { type NextFunction, type Request, type Response } from 'express'
import { auth } from 'express-openid-connect'
import { type Library, plainCodeOf, type Seen, seenOf, type Target } from '../library.ts'
import { type RefusedPage, serve, Visitor } from '../web-app.ts'

export const expressOpenidConnect: Library = {
  name: 'express-openid-connect',
  package: 'express-openid-connect',
  about:
    'It has openid-client do the protocol, with a code, and keeps all tokens in cookies, which large ones make too large for the server of Node.',
  open: async () => ({ redirectUri: 'http://localhost/callback', login, close: async () => {} }),
}

/** An app lives as long as a round, since what it has discovered would live as long as the app. */
async function login(target: Target): Promise<Seen> {
  const app = express()
  const { origin, close } = await serve(app)
  try {
    furnish(app, origin, target)
    return await seenOf(() => round(new Visitor(origin)))
  } finally {
    await close()
  }
}

async function round(visitor: Visitor): Promise<void> {
  await visitor.goAndComeBack(await visitor.open('authorization', '/login'), '/callback')
  await visitor.open('userinfo', '/userinfo')
  await visitor.open('refresh', '/refresh')
}

/** The library's shortest time-out is half a second. */
function furnish(app: express.Express, origin: string, { issuer, clientId, clientSecret, timeoutMs }: Target): void {
  app.use(
    auth({
      issuerBaseURL: issuer,
      baseURL: origin,
      clientID: clientId,
      clientSecret,
      secret: 'a secret that is long enough for it',
      authRequired: false,
      authorizationParams: { response_type: 'code', scope: 'openid profile email', max_age: 3600 },
      httpTimeout: Math.max(500, timeoutMs),
    }),
  )
  app.get('/', (request, response) => void response.sendStatus(request.oidc.isAuthenticated() ? 200 : 401))
  app.get('/userinfo', async (request, response) => void response.json(await request.oidc.fetchUserInfo()))
  app.get('/refresh', async (request, response) => {
    if (request.oidc.refreshToken !== undefined) await request.oidc.accessToken?.refresh()
    response.sendStatus(200)
  })
  app.use((error: unknown, _: Request, response: Response, _next: NextFunction) => {
    response.status(500).json({ refused: plainCodeOf(error) } satisfies RefusedPage)
  })
}
