import type { ErrorRequestHandler } from 'express'
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client'
import { SignedOut, TokenRefused } from './fresh.ts'
import { Refused } from './notes.ts'
import { problemPage } from './pages.ts'
import type { Sessions } from './sessions.ts'

interface Problem {
  status: number
  title: string
  why: string
}

/** Tells people what went wrong, in so far as it is for them to know. */
export function explain(sessions: Sessions): ErrorRequestHandler {
  return function explainError(error, request, response, next) {
    const problem = problemOf(error)
    if (problem === undefined) return next(error)
    response.status(problem.status).send(problemPage(problem.title, problem.why, sessions.of(request)?.user))
  }
}

function problemOf(error: unknown): Problem | undefined {
  if (error instanceof SignedOut) return { status: 401, title: 'Please log in', why: error.message }
  if (error instanceof Refused) return { status: 403, title: 'That is not for you', why: error.message }
  if (error instanceof TokenRefused) {
    const why = `The API does not accept your token: ${error.message}`
    return { status: 502, title: 'The notes are not available', why }
  }
  const title = 'Logging in does not work'
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    return { status: 502, title, why: error.error_description ?? error.error }
  }
  return error instanceof ClientError ? { status: 502, title, why: error.message } : undefined
}
