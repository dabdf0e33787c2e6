import type { PageName, Pages } from '../../../src/domain/pages.ts'
import { healthRoutes } from '../../../src/http/admin/health.ts'
import { describeApi } from '../../../src/http/admin/openapi/document.ts'
import { referencePage } from '../../../src/http/admin/reference.ts'
import { guardedRoutes } from '../../../src/http/admin/routes.ts'

const issuer = { name: 'default', url: 'http://localhost:9400' }
const named = { name: 'dlive', url: 'http://localhost:9400/dlive' }
const client = { id: 'web-app', name: 'Crate Digger' }
const alice = { username: 'alice', name: 'Alice Liddell', email: 'alice@example.com' }
const scopes = [
  { name: 'openid', description: 'Sign you in' },
  { name: 'profile', description: 'See your name and profile' },
  { name: 'crate', description: 'Read and write your crates' },
  { name: 'x:unnamed' },
]

/** Data that every page is likely to see. */
export const samples: Pages = {
  login: {
    issuer,
    client,
    action: '/interaction/u1/login',
    abortAction: '/interaction/u1/abort',
    users: [
      { ...alice, state: 'active' },
      { username: 'bob', name: 'Bob Sanders', email: 'bob@example.com', state: 'active' },
      { username: 'carla', state: 'active' },
      { username: 'mallory', state: 'locked' },
      { username: 'old.timer', name: 'Old Timer', state: 'password_expired' },
    ],
    moreUsers: 0,
  },
  consent: {
    issuer,
    client,
    user: alice,
    scopes,
    claims: ['name', 'family_name', 'picture', 'email', 'email_verified'],
    action: '/interaction/u1/consent',
    abortAction: '/interaction/u1/abort',
    switchAction: '/interaction/u1/switch',
  },
  'device-input': { issuer, action: '/device', xsrf: 'x1' },
  'device-confirm': {
    issuer,
    action: '/device',
    xsrf: 'x1',
    userCode: 'WDJB-MJHT',
    client: { id: 'tv-app', name: 'Living Room TV' },
    scopes,
    device: { ip: '192.168.1.20', ua: 'Roku/DVP-9.10 (519.10E04111A)' },
  },
  'device-done': { issuer, client: { id: 'tv-app', name: 'Living Room TV' } },
  'device-screen': {
    issuer,
    client: { id: 'tv-app', name: 'Living Room TV' },
    userCode: 'WDJB-MJHT',
    verificationUri: 'http://localhost:9400/device',
    verificationUriComplete: 'http://localhost:9400/device?user_code=WDJB-MJHT',
    state: 'pending',
  },
  waiting: {
    issuer,
    user: alice,
    requests: [
      {
        id: 'kJSi0eLbJ5yW',
        client: { id: 'till', name: 'The till' },
        bindingMessage: 'W4SCT',
        scopes,
        expiresInSeconds: 600,
      },
      { id: 'q7wZ', client, scopes: [], expiresInSeconds: 42 },
    ],
    action: '/backchannel/requests',
    xsrf: 'x1',
  },
  logout: { issuer, client, user: alice, action: '/session/end/confirm', xsrf: 'x1' },
  'logout-done': { issuer, client },
  error: {
    issuer,
    status: 400,
    error: 'invalid_redirect_uri',
    description: "redirect_uri did not match any of the client's registered redirect_uris",
    detail: 'the client sent http://localhost:3001/callback',
  },
  home: {
    version: '0.1.0',
    reference: 'http://localhost:9400/_understudy/docs',
    issuers: [issuer, named].map((each) => ({
      ...each,
      discovery: `${each.url}/.well-known/openid-configuration`,
      users: each === named ? 1 : 12,
      clients: 4,
    })),
  },
  reference: referencePage(
    describeApi(healthRoutes, guardedRoutes, { server: 'http://localhost:9400/_understudy', version: '0.1.0' }),
  ),
  post: { issuer, client, action: 'http://localhost:3000/callback', fields: { code: 'c1', state: 's1' } },
  twice: { issuer, client, action: 'http://localhost:3000/callback', fields: { code: 'c1', state: 's1' } },
}

const longName =
  'The Extraordinarily Long and Winding Application Name of Messrs. Llanfairpwllgwyngyllgogerychwyrndrobwll & Daughters GmbH & Co. KG'
const longScopes = Array.from({ length: 24 }, (_, index) => ({
  name: `https://api.example.com/auth/very.long.scope.name.number.${index}`,
  description: index % 3 ? `Read, write, move, copy and permanently delete records of kind ${index}` : undefined,
}))
const longUsers = Array.from({ length: 50 }, (_, index) => ({
  username: `user${index}.${'abcdefghij'.repeat(index % 9)}`,
  name: index % 2 ? `Person ${index} ${'Longname'.repeat(index % 13)}` : undefined,
  email: `user${index}@${'sub.'.repeat(index % 7)}example.com`,
  state: index % 5 ? ('active' as const) : ('password_expired' as const),
}))
const foreign = [
  { username: 'emoji', name: '👩‍🚀 Ada 🎭', email: 'ada@example.com', state: 'active' as const },
  { username: 'ليلى', name: 'ليلى العامرية', email: 'layla@example.com', state: 'active' as const },
  { username: 'dana', name: 'דנה כהן', state: 'disabled' as const },
]

/** Pages in harder weather: long, foreign, failing. */
export const hardSamples: Record<string, { [Name in PageName]: [Name, Pages[Name]] }[PageName]> = {
  'login-long': [
    'login',
    { ...samples.login, client: { id: 'x', name: longName }, users: [...foreign, ...longUsers], moreUsers: 9953 },
  ],
  'device-refused': ['device-done', { ...samples['device-done'], refused: true }],
  'login-of-ours': ['login', { ...samples.login, client: undefined, abortAction: undefined }],
  'waiting-none': [
    'waiting',
    { ...samples.waiting, requests: [], decided: { client: { id: 'till', name: 'The till' }, approved: true } },
  ],
  'waiting-long': [
    'waiting',
    {
      ...samples.waiting,
      decided: { client: { id: 'x', name: longName }, approved: false },
      requests: [
        {
          id: 'x',
          client: { id: 'x', name: longName },
          bindingMessage:
            'Überweisung von 1.234,56 € an Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch, Auftrag 77',
          scopes: longScopes,
          expiresInSeconds: 599,
        },
      ],
    },
  ],
  'login-failed': [
    'login',
    { ...samples.login, issuer: named, username: 'alice', error: 'That is not the password of this account.' },
  ],
  'login-open': ['login', { ...samples.login, claims: '' }],
  'login-open-empty': ['login', { ...samples.login, users: [], claims: '{', error: 'The claims are no JSON object.' }],
  'login-empty': ['login', { ...samples.login, users: [] }],
  'login-rtl': ['login', { ...samples.login, client: { id: 'x', name: 'متجر ليلى' }, users: foreign }],
  'consent-long': [
    'consent',
    {
      ...samples.consent,
      client: { id: 'x', name: longName },
      scopes: longScopes,
      claims: longScopes.map((scope) => scope.name),
    },
  ],
  'consent-details': [
    'consent',
    {
      ...samples.consent,
      details: [
        {
          title: 'Pay from your account',
          members: [
            { name: 'instructedAmount', value: 'currency: EUR, amount: 123.50' },
            { name: 'creditorName', value: 'Laila Al-Amiri & Sons' },
          ],
        },
      ],
    },
  ],
  'consent-rtl': [
    'consent',
    {
      ...samples.consent,
      client: { id: 'x', name: 'متجر ليلى' },
      user: { username: 'ليلى', name: 'ليلى العامرية' },
      scopes: [],
    },
  ],
  'device-input-failed': [
    'device-input',
    { ...samples['device-input'], userCode: 'WDJB-MJH', error: 'There is no such code. Check it on your device.' },
  ],
  'device-confirm-long': [
    'device-confirm',
    {
      ...samples['device-confirm'],
      userCode: '123-456-789-012',
      client: { id: 'x', name: longName },
      scopes: longScopes,
      device: { ua: 'Mozilla/5.0 '.repeat(20) },
    },
  ],
  'device-screen-approved': ['device-screen', { ...samples['device-screen'], state: 'approved' }],
  'device-screen-denied': ['device-screen', { ...samples['device-screen'], state: 'denied' }],
  'device-screen-expired': ['device-screen', { ...samples['device-screen'], state: 'expired' }],
  'error-cookies': [
    'error',
    { ...samples.error, error: 'invalid_request', description: 'interaction session not found', detail: undefined },
  ],
  'error-bare': ['error', { status: 500, error: 'server_error' }],
  'logout-bare': ['logout', { issuer: named, action: '/x', xsrf: 'x' }],
}

const attack = `<script>alert(1)</script>"' onmouseover="alert(1)"><x-hostile>`

/** The same data with every free text turned into an attack; what stands for a choice of ours (a state) stays. */
export function hostile<Data>(data: Data): Data {
  function poison(value: unknown, key?: string): unknown {
    if (typeof value === 'string') return key === 'state' ? value : attack
    if (Array.isArray(value)) return value.map((each) => poison(each))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, poison(inner, name)]))
  }
  return poison(data) as Data
}
