import { randomUUID } from 'node:crypto'
import express, { type ErrorRequestHandler, type Express } from 'express'
import { type Access, type AccessSettings, createAccessCheck, requireRole, Unauthorized } from './access.ts'

export interface Note {
  id: string
  author: string
  text: string
}

/** The notes: readers read them, editors write, admins remove. */
export async function createApi(settings: AccessSettings): Promise<Express> {
  const check = await createAccessCheck(settings)
  const notes = new Map<string, Note>()
  const api = express().disable('x-powered-by').use(express.json())

  api.get('/notes', requireRole(check, 'reader'), (_request, response) => {
    response.json([...notes.values()])
  })

  api.post('/notes', requireRole(check, 'editor'), (request, response) => {
    const { sub } = response.locals.access as Access
    const text = String(request.body?.text ?? '').trim()
    if (text === '') {
      response.status(400).json({ error: 'invalid_request', error_description: 'a note needs a text' })
      return
    }
    const note = { id: randomUUID(), author: sub, text }
    notes.set(note.id, note)
    response.status(201).json(note)
  })

  api.delete('/notes/:id', requireRole(check, 'admin'), (request, response) => {
    response.status(notes.delete(String(request.params.id)) ? 204 : 404).end()
  })

  return api.use(refuse)
}

const refuse: ErrorRequestHandler = (error, _request, response, next) => {
  if (!(error instanceof Unauthorized)) return next(error)
  const description = error.message.replaceAll('"', "'")
  response
    .status(401)
    .set('WWW-Authenticate', `Bearer error="invalid_token", error_description="${description}"`)
    .json({ error: 'invalid_token', error_description: description })
}
