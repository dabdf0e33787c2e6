import * as z from 'zod'
import { keyRotation, keyView } from '../../control/keys.ts'
import { defineRoute } from './route.ts'

export const keyRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/keys',
    summary: 'List the signing keys',
    description: 'What is public of them, in the order of the JWKS.',
    good: { status: 200, description: 'Those that sign, and the old ones that are kept.', schema: z.array(keyView) },
    handle: ({ control, params }) => control.keys(params.issuer),
  }),
  defineRoute({
    method: 'post',
    path: '/api/issuers/{issuer}/keys/rotate',
    summary: 'Sign with new keys',
    description: 'The issuer has keys of its own from then on; others that shared the old ones keep them.',
    body: keyRotation.optional(),
    good: { status: 200, description: 'The keys that there are now.', schema: z.array(keyView) },
    problems: { 400: ['ERR_KEY_ALG'] },
    handle: ({ control, params, body }) => control.rotateKeys(params.issuer, body),
  }),
]
