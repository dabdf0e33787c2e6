import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { JournalEntry, RequestsQuery } from '../../src/control/requests.ts'
import { type RunningServer, startServer } from '../../src/server.ts'

const callback = 'http://localhost:3000/callback'

const fixtures = {
  users: ['alice'],
  clients: [
    { client_id: 'e2e', client_secret: 'e2e', redirect_uris: [callback], consent: 'skip', auto_login: 'alice' },
    { client_id: 'tv-app', grant_types: ['device_code'] },
  ],
}

let server: RunningServer

beforeAll(async () => {
  server = await startServer({ inline: fixtures as never, port: 0, logLevel: 'silent', watch: false, env: {} })
})

beforeEach(() => server.control.clearRequests('default'))

afterAll(() => server.close())

const requests = (query?: RequestsQuery): Promise<JournalEntry[]> => server.control.requests('default', query)

async function send(path: string, type: string | undefined, body: string): Promise<JournalEntry> {
  const headers = type === undefined ? undefined : { 'content-type': type }
  // Bytes have no type of their own, as text has.
  const response = await fetch(server.url + path, { method: 'POST', headers, body: Buffer.from(body) })
  await response.text()
  const [entry] = await requests({ order: 'desc', limit: 1 })
  return entry as JournalEntry
}

const leaky = { client_secret: 'LEAKsecret', refresh_token: 'LEAKtoken', password: 'LEAKword&LEAK=more' }
const json = JSON.stringify(leaky)
const formType = 'application/x-www-form-urlencoded'
const xml = '<request><client_secret>LEAKsecret</client_secret></request>'

const bodies: [what: string, type: string | undefined, body: string][] = [
  ['JSON', 'application/json', json],
  ['JSON of a patch', 'application/merge-patch+json; charset=utf-8', json],
  ['JSON as text', 'text/plain', json],
  ['JSON of no type', undefined, json],
  ['JSON as a form', formType, json],
  ['encoded JSON as a form', formType, `${encodeURIComponent(json)}=`],
  ['JSON in a form', formType, `a=b&${encodeURIComponent(json)}`],
  ['JSON broken off', 'application/json', json.slice(0, -20)],
  ['XML', 'application/xml', xml],
  ['XML as a form', formType, xml],
  ['a form', formType, new URLSearchParams(leaky).toString()],
  ['a form in capitals', formType.toUpperCase(), new URLSearchParams(leaky).toString()],
  ['a form as text', 'text/plain', new URLSearchParams(leaky).toString()],
  ['a form of no type', undefined, new URLSearchParams(leaky).toString()],
  ['parts', 'multipart/form-data; boundary=x', `--x\r\nname="password"\r\n\r\nLEAKword\r\n--x--`],
  ['text', 'text/plain', 'my password is LEAKword'],
]

const paths = [
  '/token',
  '/token/introspection',
  '/token/revocation',
  '/request',
  '/device/auth',
  '/auth',
  '/backchannel',
]

describe.each(paths)('at %s', (path) => {
  test.each(bodies)('%s leaves no secret in the journal', async (_, type, body) => {
    const entry = await send(path, type, body)

    expect(JSON.stringify(entry)).not.toContain('LEAK')
    expect(JSON.stringify(entry)).toContain('[redacted ')
    expect(JSON.stringify(await requests({ secrets: true }))).toContain('LEAK')
  })
})

test('members of JSON are told as parameters, and a form that is declared as none is not', async () => {
  const asJson = await send('/token', 'application/json', '{"grant_type":"client_credentials","client_secret":"LEAK"}')
  const asText = await send('/token', 'text/plain', 'grant_type=client_credentials&client_secret=LEAK')

  expect(asJson.params).toMatchObject({
    grant_type: 'client_credentials',
    client_secret: expect.stringMatching(/redacted/),
  })
  expect(asJson.body).toMatch(/^\{"grant_type":"client_credentials","client_secret":"\[redacted \w+\]"\}$/)
  expect(asText.params).toEqual({})
  expect(asText.body).toMatch(/^grant_type=client_credentials&client_secret=\[redacted \w+\]$/)
})

test.each(['jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt'])(
  'of an answer by %s the code is not told',
  async (mode) => {
    const parameters = { client_id: 'e2e', response_type: 'code', scope: 'openid', redirect_uri: callback }
    const answer = await fetch(`${server.url}/auth?${new URLSearchParams({ ...parameters, response_mode: mode })}`, {
      redirect: 'manual',
    })
    await answer.text()

    const [shown] = await requests({ endpoint: 'authorization' })
    const [plain] = await requests({ endpoint: 'authorization', secrets: true })
    const code = plain?.tokens.issued.response?.claims?.code
    expect(code).toMatch(/^[\w-]{20,}$/)
    expect(shown?.tokens.issued.response?.claims).toMatchObject({
      iss: server.url,
      code: expect.stringMatching(/^\[redacted/),
    })
    expect(JSON.stringify(shown)).not.toContain(code)
  },
)

test('the handle of a pushed request is told nowhere, and is the same secret wherever it stands', async () => {
  const parameters = { client_id: 'e2e', response_type: 'code', scope: 'openid', redirect_uri: callback }
  const authorization = `Basic ${btoa('e2e:e2e')}`
  const pushed = await fetch(`${server.url}/request`, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams(parameters),
  })
  const { request_uri: handle } = (await pushed.json()) as { request_uri: string }
  await fetch(`${server.url}/auth?client_id=e2e&request_uri=urn:ietf:params:oauth:request_uri:LEAK`, {
    redirect: 'manual',
  })

  const [push] = await requests({ endpoint: 'pushed_authorization_request' })
  const entries = JSON.stringify(await requests())
  expect(push?.answer?.json).toMatchObject({
    request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:\[redacted \w+\]$/),
  })
  expect(entries).not.toContain(handle)
  expect(entries).not.toContain('LEAK')
})

test('headers that carry secrets of another server are not told', async () => {
  const headers = {
    'proxy-authorization': 'Basic LEAK',
    'x-api-key': 'LEAK',
    'x-auth-token': 'LEAK',
    accept: 'application/json',
  }
  const socket = connect(Number(new URL(server.url).port), 'localhost')
  const lines = Object.entries({ host: new URL(server.url).host, connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  socket.end(`POST /token HTTP/1.1\r\n${lines.join('')}content-length: 0\r\n\r\n`)
  for await (const _ of socket);

  const [entry] = await requests({ endpoint: 'token' })
  expect(entry?.headers).toMatchObject({
    accept: 'application/json',
    'x-api-key': expect.stringMatching(/^\[redacted/),
  })
  expect(JSON.stringify(entry)).not.toContain('LEAK')
})

test('what came near an expectation is told without its secrets', async () => {
  await fetch(`${server.url}/token`, {
    method: 'POST',
    headers: { 'x-api-key': 'LEAK' },
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'LEAK' }),
  })

  const when = { endpoint: 'token', param: { refresh_token: 'other' }, header: { 'X-Api-Key': 'other' } }
  const failed = await server.control.verify('default', { expect: [{ when }] }).catch((error) => error)

  expect(failed).toMatchObject({ code: 'ERR_VERIFY_FAILED', message: expect.stringContaining('came near') })
  expect(failed.message).toMatch(/param\.refresh_token: expected other, was \[redacted \w+\]/)
  expect(JSON.stringify(failed.details) + failed.message).not.toContain('LEAK')
})
