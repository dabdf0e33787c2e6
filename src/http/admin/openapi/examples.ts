const issuer = 'http://localhost:9400'
const time = '2030-01-01T12:00:00.000Z'
const later = '2030-01-02T12:00:00.000Z'
const grant = '5qP0Q1xTzvYt0jPpG1W3n5hYw8o2KZxXh6cB4mE7uJf'

const fault = { fault: 'slow_down', when: { client: 'tv-app', grant_type: 'device_code' }, times: 2 }

const clock = { now: time, advanced_seconds: 2_678_400, skew_seconds: 0 }

const claims = {
  iss: issuer,
  sub: '100101',
  aud: 'https://api.example',
  client_id: 'web-app',
  scope: 'openid',
  jti: '0fUu2pKkBqPzVvDq3zH5',
  iat: 1_893_499_200,
  exp: 1_893_499_800,
  roles: ['admin'],
}

const minted = { header: { alg: 'RS256', typ: 'JWT', kid: 'rs256-3f8a21c0' }, claims }

const entry = {
  id: '12',
  time,
  kind: 'request',
  endpoint: 'token',
  method: 'POST',
  url: '/token',
  client: 'web-app',
  user: 'alice',
  grant_type: 'authorization_code',
  scope: 'openid',
  grant,
  flow: '3c12299d-8e74-4564-abc0-51ec325e2adf',
  params: { grant_type: 'authorization_code', code: '[redacted cf2ba5dd]' },
  headers: { authorization: 'Basic web-app:[redacted 8810ad58]' },
  tokens: { received: {}, issued: {} },
  answer: {
    status: 400,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: '{"error":"invalid_grant","error_description":"grant request is invalid"}',
    json: { error: 'invalid_grant', error_description: 'grant request is invalid' },
  },
  faults: [],
  duration_ms: 3.71,
  refusal: {
    error: 'invalid_grant',
    description: 'grant request is invalid',
    why: 'The authorization code was used already 2 s ago, and each works once; all tokens that came of it were revoked.',
  },
}

/** What requests and answers look like, by the names of their schemas; with names of the documented fixtures, so that the requests work where those are served. */
export const examples: Readonly<Record<string, unknown>> = {
  ArmedFault: {
    id: '5f2c81aa',
    ...fault,
    skip: 0,
    per: 'issuer',
    origin: 'admin',
    matches: 1,
    fires: 1,
    spent: false,
  },
  BackchannelLogout: { user: 'alice', faults: ['no-event'] },
  BackchannelLogoutReport: {
    deliveries: [
      {
        client_id: 'web-app',
        uri: 'http://localhost:3000/logout',
        status: 400,
        body: 'no event',
        logout_token: 'eyJ…',
      },
    ],
  },
  CertificateOrder: { subject: 'CN=web-app,O=Example', expires_in: '31d' },
  CibaAction: { action: 'approve' },
  Client: {
    client_id: 'web-app',
    client_secret: 'web-secret',
    redirect_uris: ['http://localhost:3000/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
  },
  ClientWritten: {
    client_secret: 'web-secret',
    redirect_uris: ['http://localhost:3000/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
  },
  Clock: clock,
  ClockAdvance: { by: '31d' },
  ClockSetting: { skew: '-90s' },
  FaultSpec: fault,
  Fixtures: { users: ['dave', { username: 'erin', state: 'locked' }], lifetimes: { access_token: '60s' } },
  FixturesPatched: { users: 2, clients: 0, scopes: 0, resources: 0, faults: 0, scenarios: 0 },
  Grant: {
    id: grant,
    user: 'alice',
    client: 'web-app',
    scopes: ['openid', 'email'],
    since: time,
    expires: later,
    tokens: { access_token: 1, refresh_token: 1, authorization_code: 0, device_code: 0, auth_req_id: 0 },
  },
  Health: { status: 'ok', version: '0.1.0' },
  IssuedCertificate: {
    certificate: '-----BEGIN CERTIFICATE-----\n…',
    private_key: '-----BEGIN PRIVATE KEY-----\n…',
    subject: 'CN=web-app,O=Example',
    thumbprint: 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2',
    jwk: { kty: 'EC', crv: 'P-256', x: '…', y: '…', kid: '…', alg: 'ES256', use: 'sig', x5c: ['…'] },
    expires_at: later,
  },
  IssuerSummary: { name: 'shop', issuer: `${issuer}/shop`, persona: 'generic', users: 1, clients: 1 },
  JournalEntry: entry,
  Key: { kid: 'rs256-3f8a21c0', kty: 'RSA', alg: 'RS256', use: 'sig', current: true, since: time },
  KeyRotation: { alg: 'RS256', keep_old: true },
  MintedToken: { access_token: 'eyJ…', token_type: 'Bearer', expires_in: 600, scope: 'openid', decoded: minted },
  NewIssuer: {
    name: 'shop',
    users: ['alice'],
    clients: [{ client_id: 'shop', client_secret: 'secret', grant_types: ['client_credentials'] }],
  },
  InitiatedLogin: { url: 'http://localhost:3000/start?iss=http%3A%2F%2Flocalhost%3A9400&login_hint=alice' },
  LoginInitiation: { login_hint: 'alice' },
  PendingCiba: {
    auth_req_id: 'ixYt2cNlgaFQ',
    client_id: 'till',
    user: 'alice',
    scope: 'openid',
    binding_message: 'W4SCT',
    expires_in: 118,
  },
  PendingDevice: { user_code: 'RSIK-KRAM', client_id: 'tv-app', scope: 'openid', expires_in: 582 },
  Release: { request: 1 },
  ReleaseReport: { released: 1, waiting: 0 },
  Reset: { keep: ['sessions'] },
  ScenarioToggle: { enabled: true },
  Scenario: { name: 'tv-expires', description: 'The TV polls too fast twice', enabled: true },
  Scope: { name: 'crate', description: 'Read and write your crates' },
  ScopeWritten: { description: 'Read and write your crates' },
  Session: {
    id: '9VOAl6vzDAKYjrdoQbH4',
    user: 'alice',
    since: time,
    expires: later,
    clients: [{ client_id: 'web-app', sid: '8Vd2oqVZ' }],
  },
  SignIn: { user: 'alice' },
  SignedInBrowser: {
    id: '9VOAl6vzDAKYjrdoQbH4',
    user: 'alice',
    cookies: [
      {
        name: 'us_session_default_9400',
        value: 'UE8AO19baGpl5pE0Vrq4',
        path: '/',
        http_only: true,
        same_site: 'Lax',
        expires: later,
      },
    ],
  },
  TokenOrder: {
    client: 'web-app',
    user: 'alice',
    audience: 'https://api.example',
    claims: { roles: ['admin'] },
    expires_in: '10m',
  },
  User: { username: 'alice', sub: '100101', claims: { email: 'alice@example.com', groups: ['admin'] } },
  UserWritten: { sub: '100101', claims: { email: 'alice@example.com', groups: ['admin'] } },
  Verification: { expect: [{ when: { endpoint: 'token', client: 'web-app' }, times: 1 }] },
  VerifyReport: {
    expectations: [
      {
        met: true,
        when: { endpoint: 'token', client: 'web-app' },
        times: { min: 1, max: 1 },
        matched: 1,
        requests: ['12'],
        near_misses: [],
      },
    ],
    unfired: [],
  },
}
