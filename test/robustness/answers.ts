import { expect } from 'vitest'
import { pageStart } from '../../src/http/web/headers.ts'
import type { WireAnswer } from './wire.ts'

/** Words that only the inside of the server knows. */
const inside =
  /node_modules|\/src\/|file:\/\/|node:internal|\n\s+at .+:\d+|TypeError|ReferenceError|(?<!received )undefined|\[object /

/** Whether a request was answered as a server should: not with a failure, in a form that its client can read, with no word of its inside. */
export function expectProperAnswer(answer: WireAnswer | undefined, method: string): void {
  expect(answer, 'an answer').toBeDefined()
  if (answer === undefined) return
  const { status, headers, body } = answer
  const raw = answer.raw.slice(0, 2000)
  expect(status, raw).toBeGreaterThanOrEqual(200)
  expect(status, raw).toBeLessThan(500)
  expect(answer.raw.replace(/<style>.*?<\/style>/s, ''), raw).not.toMatch(inside)
  expect(headers.location ?? '', raw).not.toContain('error=server_error')
  if (status < 400 || method === 'HEAD' || isRefusedByNode(answer)) return
  const type = headers['content-type'] ?? ''
  if (type.startsWith('text/html')) expect(body.startsWith(pageStart) || isFormForClient(answer), raw).toBe(true)
  else if (type.startsWith('application/problem+json')) {
    expect(JSON.parse(body), raw).toMatchObject({ status, detail: expect.any(String), code: expect.any(String) })
  } else {
    expect(type, raw).toMatch(/^application\/json/)
    expect(JSON.parse(body), raw).toMatchObject({ error: expect.any(String) })
  }
}

/** An error that goes to the client by way of a form, as it has asked for. */
function isFormForClient({ headers, body }: WireAnswer): boolean {
  return /<form method="post" action="http:\/\/localhost:/.test(body) && 'content-security-policy' in headers
}

/** What is no HTTP never reaches the application. */
function isRefusedByNode({ status, headers, body }: WireAnswer): boolean {
  return (
    [400, 417, 431].includes(status) && body === '' && headers.connection === 'close' && !('cache-control' in headers)
  )
}
