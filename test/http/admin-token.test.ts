import { expect, test } from 'vitest'
import { startServer } from '../../src/server.ts'

test.each(['', ' ', 'a b', 'a\n', 'tök'])(
  'nobody is locked out, or let in, by the admin token %j',
  async (adminToken) => {
    const starting = startServer({ port: 0, logLevel: 'silent', watch: false, env: {}, adminToken })

    await expect(starting).rejects.toMatchObject({
      code: 'ERR_OPTIONS_INVALID',
      status: 400,
      message: expect.stringMatching(/^Failed to start: adminToken: expected .*leave it out/),
    })
  },
)
