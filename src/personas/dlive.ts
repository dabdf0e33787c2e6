import { definePersona } from './persona.ts'
import { plainOAuth } from './plain-oauth.ts'

/** @see {@link https://docs.dlive.tv/api/api/authorization DLive API, authorization} */
export const dlive = definePersona({
  name: 'dlive',
  summary: 'DLive: at least one scope, single-use refresh tokens, and a refresh that narrows what was issued before.',
  notes: [
    'An authorization request must name at least one scope.',
    'Clients authenticate by HTTP Basic, with a form body.',
    'The answer to a code has `expiry` and no `expires_in`; a refresh answers with a JWT, signed HS256 with the secret of the client.',
    'Each refresh token works once; without `scope` it brings what was granted first.',
    'A refresh for fewer scopes narrows the access tokens that were issued before.',
    'User and app access tokens live for 30 days, refresh tokens for a year.',
    'The API takes an access token with and without the word Bearer.',
  ],
  endpoints: {
    authorization: '/o/authorize',
    token: '/o/token',
    introspection: '/o/introspect',
    revocation: '/o/revoke',
  },
  ...plainOAuth,
  redirect_uri: 'required',
  grant_types: ['authorization_code', 'client_credentials', 'refresh_token'],
  token_endpoint_auth_methods: ['client_secret_basic'],
  bare_bearer: true,
  narrowing: true,
  access_tokens: { refresh_token: { format: 'jwt', signed_response_alg: 'HS256' } },
  answers: {
    token: {
      authorization_code: {
        access_token: '$answer.access_token',
        token_type: 'Bearer',
        expiry: '0001-01-01T00:00:00Z',
        refresh_token: '$answer.refresh_token',
      },
      refresh_token: {
        access_token: '$answer.access_token',
        expires_in: '$answer.expires_in',
        refresh_token: '$answer.refresh_token',
        scope: '$answer.scope',
        token_type: 'Bearer',
      },
      client_credentials: {
        access_token: '$answer.access_token',
        expires_in: '$answer.expires_in',
        token_type: 'Bearer',
      },
    },
  },
  client_defaults: {
    grant_types: ['authorization_code', 'client_credentials', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_basic',
  },
  defaults: {
    lifetimes: { access_token: '30d', refresh_token: '365d' },
    access_token: { format: 'opaque' },
    refresh_token: { rotation: 'rotate', on_reuse: 'reject' },
    scopes: {
      'email:read': { description: 'See your e-mail address', claims: ['name', 'email', 'email_verified'] },
      'streamkey:read': { description: 'See your stream key', claims: ['streamkey'] },
    },
    resources: {
      user: {
        path: '/api/user',
        scopes: ['email:read'],
        claims: {
          'email:read': { id: 'sub', username: 'username', displayname: 'name', email: 'email' },
          'streamkey:read': { streamkey: 'streamkey' },
        },
        app: { body: { livestreams: [] } },
      },
    },
    users: [
      {
        username: 'dora',
        sub: 'user-1001',
        claims: { name: 'Dora Live', email: 'dora@example.com', streamkey: 'live-key-1001' },
      },
    ],
    clients: [
      {
        client_id: 'demo-app',
        client_secret: 'demo-secret',
        client_name: 'Demo App',
        redirect_uris: ['http://localhost:3000/callback'],
        grant_types: ['authorization_code', 'client_credentials', 'refresh_token'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
  },
  look: { name: 'DLive', accent: '#8a6a00' },
  switches: {
    expiry: {
      description: 'What `expiry` says: the zero time, as documented, or when the access token really expires.',
      default: 'zero',
      choices: {
        zero: {},
        true: { answers: { token: { authorization_code: { expiry: '$grant.expires_at' } } } },
      },
    },
  },
})
