import { definePersona } from './persona.ts'
import { plainOAuth } from './plain-oauth.ts'

/** @see {@link https://docs.digitalocean.com/reference/api/oauth/ DigitalOcean OAuth API} */
export const digitalocean = definePersona({
  name: 'digitalocean',
  summary: 'DigitalOcean: token requests in the query of a POST, lower-case bearer, the account in the answer.',
  notes: [
    'The token request may have every parameter, the secret included, in the query of the POST.',
    'The answer has `token_type: bearer` in lower case, a numeric `uid`, and `info` with name and e-mail.',
    'A plain OAuth 2.0 provider: no openid, no ID token, no discovery.',
  ],
  endpoints: { authorization: '/v1/oauth/authorize', token: '/v1/oauth/token', revocation: '/v1/oauth/revoke' },
  ...plainOAuth,
  redirect_uri: 'required',
  grant_types: ['authorization_code', 'refresh_token'],
  default_scope: ['read'],
  parameters_in_query: true,
  answers: {
    token: {
      '*': {
        access_token: '$answer.access_token',
        token_type: 'bearer',
        expires_in: '$answer.expires_in',
        refresh_token: '$answer.refresh_token',
        scope: '$answer.scope',
        uid: '$user.sub | id',
        info: { name: '$user.claims.name', email: '$user.claims.email' },
      },
    },
    resource: { '*': { uid: '$answer.uid | id', name: '$answer.name', email: '$answer.email' } },
  },
  client_defaults: { grant_types: ['authorization_code', 'refresh_token'] },
  defaults: {
    lifetimes: { access_token: '30d', refresh_token: '365d' },
    access_token: { format: 'opaque' },
    scopes: {
      read: { description: 'See your account and everything in it', claims: ['name', 'email', 'email_verified'] },
      write: {
        description: 'Change your account and everything in it',
        claims: ['name', 'email', 'email_verified'],
      },
    },
    resources: {
      account: {
        path: '/v2/account',
        scopes: { GET: ['read'], POST: ['write'] },
        claims: {
          read: { uid: 'sub', name: 'name', email: 'email' },
          write: { uid: 'sub', name: 'name', email: 'email' },
        },
      },
    },
    users: [
      {
        username: 'mark',
        sub: '100101',
        claims: { name: 'Mark E. Mark', email: 'mark@thefunkybunch.com', email_verified: true },
      },
    ],
    clients: [
      {
        client_id: 'demo-app',
        client_secret: 'demo-secret',
        client_name: 'Demo App',
        redirect_uris: ['http://localhost:3000/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
  },
  look: { name: 'DigitalOcean', accent: '#0069ff', allow: 'Authorize Application' },
  switches: {
    refresh_token: {
      description: 'Whether the answer has a refresh token.',
      default: 'true',
      choices: { true: {}, false: { answers: { token: { '*': { refresh_token: null } } } } },
    },
    bad_token: {
      description: 'The error of an expired or invalid access token.',
      default: 'invalid_token',
      choices: {
        invalid_token: {},
        invalid_request: { errors: { resource: { invalid_token: { error: 'invalid_request', status: 401 } } } },
      },
    },
  },
})
