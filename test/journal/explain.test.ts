import { describe, expect, test } from 'vitest'
import { clientSchema } from '../../src/domain/client.ts'
import { explain } from '../../src/journal/explain/explain.ts'
import type { Refusal } from '../../src/journal/explain/refusal.ts'

const web = clientSchema.parse({
  client_id: 'web-app',
  client_secret: 'web-secret',
  redirect_uris: ['http://localhost:3000/callback', 'https://app.example.com/cb'],
  post_logout_redirect_uris: ['http://localhost:3000/'],
  scope: 'openid email',
})
const spa = clientSchema.parse({ client_id: 'spa', redirect_uris: ['http://localhost:5173/cb'] })
const nowSeconds = 1_800_000_000

function refusal(told: Partial<Refusal>): Refusal {
  return {
    endpoint: 'token',
    method: 'POST',
    status: 400,
    error: 'invalid_request',
    said: '',
    params: {},
    authorization: undefined,
    contentType: undefined,
    clientId: 'web-app',
    client: web,
    user: undefined,
    presented: undefined,
    registrations: {
      clients: new Map([web, spa].map((each) => [each.client_id, each])),
      scopes: () => ['openid', 'profile', 'email'],
      paths: {},
      pollIntervalSeconds: () => 5,
    },
    fired: [],
    reachedProvider: true,
    atSeconds: nowSeconds,
    ...told,
  }
}

const authorization = { endpoint: 'authorization', method: 'GET' }
const userinfo = { endpoint: 'userinfo', method: 'GET', status: 401, error: 'invalid_token' }
const registration = { endpoint: 'registration', client: undefined, clientId: undefined }

/** What the provider says, and what the explanation has to hold. */
const table: Record<string, [Partial<Refusal>, ...(string | RegExp)[]][]> = {
  'any request': [
    [
      { endpoint: 'token', method: 'GET', status: 405, said: 'GET is not allowed here; allowed is POST.' },
      'takes POST',
      'was a GET',
      'in the body',
    ],
    [
      { endpoint: 'jwks', method: 'PUT', status: 405, said: 'PUT is not allowed here; allowed is GET.' },
      'jwks endpoint takes GET',
    ],
    [{ status: 413, said: 'Failed to read the request body: it is larger than 56 KiB.' }, 'larger than 56 KiB'],
    [{ said: 'Failed to arm "slow_down" by this request: it cannot fire', reachedProvider: false }, 'Understudy-Fault'],
    [
      {
        said: 'only application/x-www-form-urlencoded content-type bodies are supported on POST /token',
        contentType: 'application/json',
      },
      '"application/json"',
      'not as JSON',
    ],
    [
      { said: "missing required parameters 'code' and 'redirect_uri'", params: { grant_type: 'authorization_code' } },
      '"code" and "redirect_uri"',
      'It sent "grant_type"',
    ],
    [{ said: "missing required parameter 'grant_type'" }, 'none at all', 'not JSON'],
    [{ said: "'scope' parameter must not be provided twice" }, 'each parameter once'],
    [{ error: 'server_error', status: 500 }, 'log of the server'],
    [{ error: 'brand_new', said: 'something nobody foresaw' }, 'Something nobody foresaw.', '"web-app"'],
    [{ error: 'brand_new' }, 'brand_new'],
    [
      { fired: [{ id: 'f3', fault: 'slow_down', origin: 'admin' }], error: 'slow_down', reachedProvider: false },
      'This answer was asked for by the armed fault slow_down (f3).',
    ],
    [
      {
        fired: [{ id: 'f3', fault: 'latency', origin: 'admin' }],
        error: 'invalid_grant',
        said: 'refresh token is expired',
      },
      'expired',
    ],
  ],
  clients: [
    [
      {
        error: 'invalid_client',
        said: 'client authentication failed: client not found',
        clientId: 'web-ap',
        client: undefined,
      },
      'no client "web-ap"',
      'Did you mean "web-app"?',
      '"web-app" and "spa"',
    ],
    [
      {
        ...authorization,
        error: 'invalid_client',
        said: 'client is invalid: client not found',
        clientId: 'nobody',
        client: undefined,
      },
      'no client "nobody"',
    ],
    [
      { error: 'invalid_client', said: 'client authentication failed: invalid secret provided' },
      'not that of "web-app"',
    ],
    [
      { error: 'invalid_client', said: 'could not authenticate the client - its client secret is expired' },
      'has expired',
    ],
    [
      {
        error: 'invalid_client',
        said: 'the provided authentication mechanism does not match the registered client authentication method',
        clientId: 'spa',
        client: spa,
        authorization: 'Basic x',
      },
      'registered with token_endpoint_auth_method none',
      'came with HTTP Basic',
    ],
    [
      {
        error: 'invalid_client',
        said: 'the provided authentication mechanism does not match the registered client authentication method',
      },
      'a client secret',
      'client_id alone',
    ],
    [
      {
        error: 'invalid_client',
        status: 401,
        said: 'no client authentication mechanism provided',
        clientId: undefined,
        client: undefined,
      },
      'does not say which client',
    ],
    [{ said: 'client authentication must only be provided using one mechanism' }, 'in two ways at once'],
    [{ said: 'client_id mismatch', params: { client_id: 'spa' } }, '"spa"', '"web-app"'],
    [{ said: 'client_secret must be provided in the Authorization header' }, 'empty secret'],
    [{ said: 'invalid authorization header value format' }, 'base64 of the id, a colon and the secret'],
    [
      {
        error: 'invalid_client',
        said: 'client authentication failed: audience (aud) must equal the endpoint url, issuer identifier or token endpoint url: JWT audience',
        params: { client_assertion: 'x' },
      },
      'client assertion',
    ],
    [
      {
        error: 'unauthorized_client',
        said: 'requested grant type is not allowed for this client',
        params: { grant_type: 'urn:ietf:params:oauth:grant-type:device_code' },
      },
      'may not use "device_code"',
      'registered for "authorization_code"',
    ],
    [
      {
        endpoint: 'device_authorization',
        error: 'unauthorized_client',
        said: 'urn:ietf:params:oauth:grant-type:device_code is not allowed for this client',
      },
      '"device_code"',
    ],
  ],
  registrations: [
    [
      {
        ...registration,
        error: 'invalid_token',
        said: 'the initial access token is missing: send it as Authorization: Bearer',
      },
      'registration.initial_access_token',
    ],
    [
      { ...registration, error: 'invalid_token', said: 'there is no such registration access token' },
      'Each client has its own',
    ],
    [
      { ...registration, error: 'invalid_client_metadata', said: 'send the metadata as application/json' },
      'takes JSON',
    ],
    [
      { ...registration, error: 'invalid_redirect_uri', said: 'redirect_uris must not contain fragments' },
      'redirect_uris must not contain fragments',
    ],
    [
      { ...registration, error: 'invalid_client_metadata', said: 'grant_types.0: no such grant' },
      'grant_types.0: no such grant',
    ],
  ],
  authorizations: [
    [
      {
        ...authorization,
        error: 'invalid_redirect_uri',
        said: 'redirect_uri did not match',
        params: { redirect_uri: 'https://app.example.com/cb/' },
      },
      '"https://app.example.com/cb/" is not registered for "web-app"',
      /Registered are "https:\/\/app\.example\.com\/cb" and "http:/,
    ],
    [{ ...authorization, error: 'login_required', params: { prompt: 'none' } }, 'prompt=none', 'nobody is signed in'],
    [
      {
        ...authorization,
        error: 'login_required',
        said: 'the request asks for another user than the one who is signed in',
        user: 'bob',
      },
      'id_token_hint',
      '"bob"',
    ],
    [
      { ...authorization, error: 'consent_required', params: { prompt: 'none', scope: 'openid' } },
      'prompt=none',
      '"openid"',
    ],
    [{ ...authorization, error: 'interaction_required' }, 'prompt=none'],
    [{ ...authorization, error: 'access_denied', said: 'The user refused the request.' }, 'Cancel'],
    [{ ...authorization, error: 'access_denied', said: 'This account is locked.' }, 'This account is locked.'],
    [
      {
        ...authorization,
        error: 'invalid_scope',
        said: 'none of the requested scopes exists here; there are …',
        params: { scope: 'opnid emial' },
      },
      '"opnid" and "emial" do not exist',
      'Did you mean "openid"?',
      'Did you mean "email"?',
    ],
    [
      {
        ...authorization,
        error: 'invalid_scope',
        said: 'requested scope is not allowed',
        params: { scope: 'openid profile' },
      },
      '"openid profile"',
      '"openid email"',
    ],
    [
      { ...authorization, said: 'openid scope must be requested for this request', params: { scope: 'email' } },
      'lacks "openid"',
    ],
    [
      { ...authorization, error: 'unsupported_response_type', params: { response_type: 'token' } },
      'response_type "token"',
    ],
    [
      {
        ...authorization,
        error: 'unauthorized_client',
        said: 'requested response_type is not allowed for this client',
        params: { response_type: 'id_token' },
      },
      '"id_token"',
      '"code"',
    ],
    [{ ...authorization, error: 'unsupported_response_mode', params: { response_mode: 'x' } }, 'response_mode "x"'],
    [{ ...authorization, said: 'code_challenge_method must be provided' }, 'S256'],
    [
      {
        ...authorization,
        said: 'not supported value of code_challenge_method',
        params: { code_challenge_method: 'plain' },
      },
      '"plain"',
      'only S256',
    ],
    [
      { ...authorization, said: 'Authorization Server policy requires PKCE to be used for this request' },
      'must use PKCE',
    ],
    [{ ...authorization, said: 'unsupported prompt value requested', params: { prompt: 'nono' } }, '"nono"'],
    [{ ...authorization, said: 'invalid max_age parameter value', params: { max_age: 'x' } }, 'no number of seconds'],
    [{ ...authorization, said: 'interaction session not found' }, 'not there any more', 'Begin the login anew'],
    [
      { ...authorization, said: 'authorization session and cookie identifier mismatch' },
      'cookie',
      'localhost is not 127.0.0.1',
    ],
    [{ ...authorization, said: 'could not validate id_token_hint' }, 'id_token_hint'],
    [
      {
        ...authorization,
        error: 'invalid_request_uri',
        said: 'request_uri is invalid, expired, or was already used',
        params: { request_uri: 'urn:x' },
      },
      '"urn:x"',
      'Push the request again',
    ],
    [
      {
        endpoint: 'end_session',
        said: 'post_logout_redirect_uri not registered',
        params: { post_logout_redirect_uri: 'http://localhost:3000' },
      },
      '"http://localhost:3000" is not registered',
      'Registered is "http://localhost:3000/"',
    ],
  ],
  grants: [
    [
      { error: 'unsupported_grant_type', params: { grant_type: 'authorisation_code' } },
      '"authorisation_code"',
      'Did you mean "authorization_code"?',
    ],
    [
      { error: 'invalid_grant', said: 'grant request is invalid: authorization code not found' },
      'no such authorization code',
    ],
    [
      {
        error: 'invalid_grant',
        said: 'grant request is invalid: authorization code is expired',
        presented: { model: 'AuthorizationCode', expiresAtSeconds: nowSeconds - 30 },
      },
      'expired 30 s ago',
    ],
    [
      {
        error: 'invalid_grant',
        said: 'authorization code already consumed',
        presented: { model: 'AuthorizationCode', consumedAtSeconds: nowSeconds - 7 },
      },
      'used already 7 s ago',
      'revoked',
    ],
    [
      {
        error: 'invalid_grant',
        said: 'authorization code redirect_uri mismatch',
        params: { redirect_uri: 'http://a/' },
        presented: { model: 'AuthorizationCode', redirectUri: 'http://b/' },
      },
      '"http://a/"',
      '"http://b/"',
    ],
    [
      { error: 'invalid_grant', said: 'client mismatch', presented: { model: 'RefreshToken', clientId: 'spa' } },
      'refresh token was issued to "spa"',
      '"web-app" presents it',
    ],
    [
      {
        error: 'invalid_grant',
        said: 'code_verifier must be provided',
        presented: { model: 'AuthorizationCode', codeChallenge: 'abc' },
      },
      'none was sent',
      '"abc"',
    ],
    [
      {
        error: 'invalid_grant',
        said: 'a code_verifier was sent, and the authorization request had no code_challenge',
        presented: { model: 'AuthorizationCode' },
      },
      'had no code_challenge',
    ],
    [
      {
        error: 'invalid_grant',
        said: 'code_verifier does not match code_challenge',
        params: { code_verifier: 'v' },
        presented: { model: 'AuthorizationCode', codeChallenge: 'abc' },
      },
      'hashes (S256) to "TJRIXgwhrmxBzh3-e2v6zupato5AokdvUCCOUm9QYIA"',
      '"abc"',
    ],
    [{ error: 'invalid_grant', said: 'refresh token not found' }, 'no such refresh token'],
    [
      {
        error: 'invalid_grant',
        said: 'refresh token is expired',
        presented: { model: 'RefreshToken', expiresAtSeconds: nowSeconds - 86_400 * 3 },
      },
      'expired 3 days ago',
    ],
    [
      {
        error: 'invalid_grant',
        said: 'refresh token already used',
        presented: { model: 'RefreshToken', consumedAtSeconds: nowSeconds },
      },
      'used already just now',
      'theft',
    ],
    [
      {
        error: 'invalid_scope',
        said: 'refresh token missing requested scope',
        params: { scope: 'openid profile' },
        presented: { model: 'RefreshToken', scope: 'openid' },
      },
      'never widen',
    ],
    [{ error: 'invalid_grant', said: 'device code not found' }, 'Begin anew'],
    [
      { error: 'invalid_grant', said: 'grant not found', presented: { model: 'RefreshToken' } },
      'behind the refresh token is gone',
    ],
    [
      {
        error: 'invalid_grant',
        said: 'refresh token invalid (referenced account not found)',
        presented: { model: 'RefreshToken' },
      },
      'not there any more',
    ],
    [{ error: 'authorization_pending' }, 'no failure', 'after 5 s or more'],
    [{ error: 'expired_token', params: { grant_type: 'urn:openid:params:grant-type:ciba' } }, 'ask anew'],
    [
      {
        error: 'invalid_grant',
        said: 'grant request is invalid: This account is locked.',
        params: { grant_type: 'password', username: 'mallory' },
      },
      /^"mallory" was not let in: This account is locked\. Users/,
    ],
    [
      {
        error: 'invalid_request',
        said: 'the subject token is not known here, or dead',
        params: { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange' },
      },
      /^The subject token is not known here, or dead\. /,
      'subject_token_type',
    ],
    [
      {
        error: 'invalid_grant',
        said: 'grant request is invalid: the assertion was issued by "x", which is neither this issuer nor the client',
        params: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' },
      },
      /^The assertion was issued by "x", .*\. /,
      '"web-app" has signed',
    ],
    [{ error: 'slow_down' }, 'five seconds longer'],
    [
      { error: 'expired_token', presented: { model: 'DeviceCode', expiresAtSeconds: nowSeconds - 600 } },
      'expired 10 minutes ago',
    ],
    [{ error: 'access_denied', said: 'The user refused the request.' }, 'refused'],
    [{ error: 'invalid_grant', said: 'a new reason' }, 'a new reason'],
    [{ error: 'invalid_target', params: { resource: 'x' } }, '"x"'],
  ],
  tokens: [
    [{ ...userinfo, said: 'no access token provided' }, 'Authorization: Bearer'],
    [{ ...userinfo, said: 'invalid token provided: access token not found' }, 'not known here'],
    [
      {
        ...userinfo,
        error: 'insufficient_scope',
        said: 'access token missing openid scope',
        presented: { model: 'AccessToken', scope: 'email' },
      },
      'granted "email"',
      '"openid"',
    ],
    [
      {
        ...userinfo,
        endpoint: 'resource',
        error: 'insufficient_scope',
        said: 'the access token lacks a scope that this resource needs: it needs crate:read crate:write',
        presented: { model: 'AccessToken', scope: 'email' },
      },
      'granted "email", and the resource needs "crate:read crate:write"',
    ],
    [{ ...userinfo, said: 'associated account not found' }, 'not there any more'],
    [{ ...userinfo, said: 'grant not found' }, 'revoked'],
    [
      { ...userinfo, error: 'invalid_request', said: 'access tokens must not be provided via query parameter' },
      'in the URL',
    ],
    [
      { ...userinfo, error: 'invalid_request', said: 'invalid authorization header value format' },
      '"Bearer", one space',
    ],
    [{ endpoint: 'revocation', said: 'the token was issued to another client' }, 'no others'],
    [{ endpoint: 'introspection', error: 'invalid_client', said: 'invalid secret provided' }, 'not that of "web-app"'],
  ],
}

for (const [what, cases] of Object.entries(table)) {
  describe(`explains ${what}`, () => {
    test.each(cases.map(([told, ...phrases]) => [told.said || told.error, told, phrases] as const))(
      '%s',
      (_said, told, phrases) => {
        const why = explain(refusal(told))

        for (const phrase of phrases)
          expect(why).toEqual(
            phrase instanceof RegExp ? expect.stringMatching(phrase) : expect.stringContaining(phrase),
          )
        expect(why).toMatch(/^["“A-Z][\s\S]*[.?]$/)
        expect(why).not.toMatch(/undefined|\[object|nothing nothing/)
      },
    )
  })
}
