import { createApi } from './api.ts'

const { ISSUER = 'http://localhost:9400', AUDIENCE = 'notes-api', PORT = '4000' } = process.env

const api = await createApi({ issuer: ISSUER, audience: AUDIENCE })
api.listen(Number(PORT), () => console.log(`The API takes tokens of ${ISSUER} at http://localhost:${PORT}`))
