/** An Express app that signs its tenants' users in by passport-openidconnect, in a thread of its own; it posts its origin. */
import { AsyncLocalStorage } from 'node:async_hooks'
import http from 'node:http'
import https from 'node:https'
import { setDefaultCACertificates } from 'node:tls'
import { parentPort } from 'node:worker_threads'
import express, { type NextFunction, type Request, type Response } from 'express'
import session from 'express-session'
import passport from 'passport'
import OpenIDConnectStrategy from 'passport-openidconnect'
import { plainCodeOf } from '../library.ts'
import { type RefusedPage, serve } from '../web-app.ts'

/** At whose issuer a person signs in, and as which client. */
interface Tenant {
  issuer: string
  clientId: string
  clientSecret: string
}

declare module 'express-session' {
  interface SessionData {
    tenant: Tenant
    messages: string[]
    /** What the server has said of its error, which the library may hand on as its own message. */
    described: string | undefined
  }
}

passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user: Express.User, done) => done(null, user))

const app = express()
const underWay = new AsyncLocalStorage<Response>()
app.use((_, response, next) => underWay.run(response, next))
app.use(session({ secret: 'keyboard cat', resave: false, saveUninitialized: false }))
app.use(passport.authenticate('session'))
app.get('/login', (request, response, next) => {
  const { issuer, clientId, clientSecret } = request.query as Record<keyof Tenant, string>
  request.session.tenant = { issuer, clientId, clientSecret }
  signIn(request, response, next)
})
app.get('/callback', remember, signIn, (_, response) => response.redirect('/'))
app.get('/', (request, response) => void response.sendStatus(request.isAuthenticated() ? 200 : 401))
app.get('/refused', (request, response) => {
  const { messages = [], described } = request.session
  refuse(response, messages.filter((message) => message !== described).at(-1) ?? 'fail')
})
app.use((error: unknown, _: Request, response: Response, _next: NextFunction) => refuse(response, codeOf(error)))

function remember(request: Request, _: Response, next: NextFunction): void {
  const { error_description: described } = request.query
  request.session.described = typeof described === 'string' ? described : undefined
  next()
}

function signIn(request: Request, response: Response, next: NextFunction): void {
  const strategy = strategyOf(request.session.tenant as Tenant, `http://${request.headers.host}/callback`)
  const options = { failureRedirect: '/refused', failureMessage: true, keepSessionInfo: true }
  passport.authenticate(strategy, options)(request, response, next)
}

/**
 * With each check that the library has, and the endpoints as somebody has looked them up. A connection of its own for each
 * request, so that none has to do with what breaks for others.
 */
function strategyOf({ issuer, clientId, clientSecret }: Tenant, callbackURL: string): OpenIDConnectStrategy {
  const { Agent } = issuer.startsWith('https:') ? https : http
  return new OpenIDConnectStrategy(
    {
      issuer,
      authorizationURL: `${issuer}/auth`,
      tokenURL: `${issuer}/token`,
      userInfoURL: `${issuer}/me`,
      clientID: clientId,
      clientSecret,
      callbackURL,
      scope: 'profile email',
      nonce: 'true',
      maxAge: '3600',
      skipUserProfile: false,
      agent: new Agent(),
    },
    (_issuer: string, profile: OpenIDConnectStrategy.Profile, done: OpenIDConnectStrategy.VerifyCallback) => {
      done(null, profile)
    },
  )
}

function refuse(response: Response, refused: string): void {
  response.status(500).json({ refused } satisfies RefusedPage)
}

/** Its errors have a name and the OAuth error; one that wraps another is told with the status or the code of that. */
function codeOf(error: unknown): string {
  const { name, message, code, oauthError } = error as Record<string, unknown>
  if (oauthError !== undefined) {
    const { statusCode, code: cause } = oauthError as { statusCode?: number; code?: string }
    return `${name} ${statusCode ?? cause}`
  }
  if (typeof code === 'string') return `${name} ${code}`
  return name === 'Error' ? String(message) : plainCodeOf(error)
}

// What the library throws in a callback of its own would end the process; the person who waits sees that it has.
process.on('uncaughtException', (error) => {
  const response = underWay.getStore()
  if (response === undefined || response.headersSent) throw error
  refuse(response, `uncaught ${error.name}: ${error.message}`)
})

parentPort?.on('message', (authorities: string[]) => {
  setDefaultCACertificates(authorities)
  parentPort?.postMessage('trusted')
})
const { origin } = await serve(app)
parentPort?.postMessage(origin)
