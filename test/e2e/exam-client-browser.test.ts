import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClientExam, examineClient, loginByBrowser, startUnderstudy, type Understudy } from '../../src/index.ts'
import { runHere as run } from '../cli/run.ts'
import { type Failing, startWebApp } from './exam-client/web-app.ts'

let idp: Understudy

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: {
      users: [{ username: 'alice', sub: '100101' }],
      clients: [{ client_id: 'web-app', client_secret: 'web-secret', redirect_uris: ['http://localhost/callback'] }],
    },
  })
})

afterAll(() => idp.close())

/** Examines a web application that fails in some way, at an issuer of its own. */
async function examine(failing: Failing, exam: Partial<ClientExam>, expected?: string) {
  const issuer = await idp.createIssuer(await idp.fixtures())
  const app = await startWebApp(issuer.url, failing)
  const login = loginByBrowser(`${app.url}/login`, { expect: expected })
  try {
    return await examineClient({ login, issuer, redirectUri: app.redirectUri, ...exam })
  } finally {
    app.close()
    await issuer[Symbol.asyncDispose]()
  }
}

test('a web application is examined as a browser sees it', async () => {
  const report = await examine('by status', {}, 'You are 100101')

  const wrong = report.results.filter(({ verdict }) => verdict === 'wrong')
  // How old an ID token may be, OIDC Core leaves to the client.
  expect(wrong.map(({ fault }) => fault)).toEqual(['iat-too-old', 'iat-in-future'])
  expect(report.results.length).toBeGreaterThan(100)
}, 120_000)

test.each<[failing: Failing, did: string, seen: RegExp]>([
  ['by status', 'reject', /^http:\/\/localhost:\d+\/callback answers 502: unexpected JWT claim value encountered\.$/],
  ['on its front page', 'reject', /^http:\/\/localhost:\d+\/ does not say "You are": Sign in$/],
  ['not at all', 'accept', /^logged in$/],
  ['by a loop', 'break', /^too many redirects, the last to http:\/\/localhost:\d+/],
  ['by breaking off', 'break', /^http:\/\/localhost:\d+ broke off/],
])('one that fails %s', async (failing, did, seen) => {
  const report = await examine(failing, { faults: ['nonce-invalid'], recovery: false }, 'You are')

  expect(report.results[1]).toMatchObject({ did, seen: expect.stringMatching(seen) })
})

test.each([
  ['never-returns', 'reject', /^the browser stays at /],
  ['access_denied', 'reject', /answers 502: /],
  ['form-post-error', 'reject', /callback answers 502: /],
  ['code-replayed', 'reject', /callback answers 502: /],
  ['wrong-response-mode', 'reject', /answers 502: /],
  ['invalid_redirect_uri', 'reject', /^the browser stays at .* \(400\): /],
] as const)('the browser is led by %s as others are', async (fault, did, seen) => {
  const report = await examine('by status', { faults: [fault] }, 'You are')

  expect(report.results[1]).toMatchObject({
    did,
    seen: expect.stringMatching(seen),
    verdict: 'right',
    recovered: true,
  })
})

test('what breaks between issuer and browser is not held against the application', async () => {
  const report = await examine('by status', {
    faults: ['connection-reset', 'redirect-loop'],
    places: ['authorization'],
  })

  expect(report.results.slice(1)).toMatchObject([
    { fault: 'connection-reset', did: 'reject', verdict: 'right' },
    { fault: 'redirect-loop', did: 'reject', verdict: 'right' },
  ])
})

test('without a login there is no exam', async () => {
  const exam = examine('by status', {}, 'You are somebody else')

  await expect(exam).rejects.toMatchObject({
    code: 'ERR_EXAM_CONTROL',
    message: expect.stringContaining('does not say "You are somebody else": You are 100101'),
  })
})

test('the command examines a web application at a server that runs', async () => {
  const app = await startWebApp(idp.url, 'not at all')
  const at = ['--login-url', `${app.url}/login`, '--server', idp.url, '--redirect-uri', app.redirectUri]

  const ran = await run(['exam', 'client', ...at, '--expect', 'You are', '--fault', 'invalid-sig', '--no-recovery'])
  app.close()

  expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('is wrong about invalid-sig at token') })
  expect(ran.stdout).toMatch(/^WRONG +invalid-sig at token +reject +logged in +https:/m)
})

test.each([
  [['--login-url', 'there'], 'is no URL'],
  [['--login-url', 'http://localhost:1', '--command', 'x'], 'not both'],
  [['--command', 'x', '--expect', 'y'], '--expect is for --login-url'],
  [['--login-url', 'http://localhost:1', '--fixtures', 'x'], 'leave --fixtures out'],
])('understudy exam client %j does not begin', async (args, text) => {
  const ran = await run(['exam', 'client', ...args])

  expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(text) })
})
