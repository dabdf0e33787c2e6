import { health } from '../../control/health.ts'
import { defineRoute } from './route.ts'

export const healthRoutes = [
  defineRoute({
    method: 'get',
    path: '/health',
    summary: 'Say that the server is up, and which version it is',
    description: 'Answered to anyone, whatever name or token they come with.',
    good: { status: 200, description: 'It is up.', schema: health },
    handle: ({ control }) => control.health(),
  }),
]
