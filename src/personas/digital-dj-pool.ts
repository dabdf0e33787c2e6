import { definePersona } from './persona.ts'
import { plainOAuth } from './plain-oauth.ts'

/** Digital DJ Pool, whose token answer has two members and no more. */
export const digitalDjPool = definePersona({
  name: 'digital-dj-pool',
  summary:
    'Digital DJ Pool: an answer of two members, refresh tokens that must be percent-encoded, the password grant.',
  notes: [
    'The token answer has `access_token` and `refresh_token` and nothing else, so clients that demand `token_type` refuse it.',
    'Refresh tokens hold # and !: a client must percent-encode them.',
    'Authorization code with and without PKCE, and the password grant, whose request names the scopes.',
  ],
  endpoints: { authorization: '/auth', token: '/token' },
  ...plainOAuth,
  grant_types: ['authorization_code', 'password', 'refresh_token'],
  refresh_token_characters: '#!',
  answers: {
    token: { '*': { access_token: '$answer.access_token', refresh_token: '$answer.refresh_token' } },
  },
  client_defaults: { grant_types: ['authorization_code', 'password', 'refresh_token'] },
  defaults: {
    access_token: { format: 'opaque' },
    scopes: {
      user: { description: 'Read and write your profile', claims: ['name', 'email', 'email_verified'] },
      crate: { description: 'Read and write your crates' },
      file: { description: 'Read and write your files' },
    },
    resources: {
      user: {
        path: '/api/user',
        scopes: ['user'],
        claims: { user: { id: 'sub', username: 'username', name: 'name', email: 'email' } },
      },
      crates: { path: '/api/crates', scopes: ['crate'], body: { crates: [] }, claims: {} },
      files: { path: '/api/files', scopes: ['file'], body: { files: [] }, claims: {} },
    },
    users: [
      {
        username: 'dj-dana',
        password: 'turntable',
        sub: '2001',
        claims: { name: 'DJ Dana', email: 'dana@example.com' },
      },
    ],
    clients: [
      {
        client_id: 'demo-app',
        client_secret: 'demo-secret',
        client_name: 'Demo App',
        redirect_uris: ['http://localhost:3000/callback'],
        grant_types: ['authorization_code', 'password', 'refresh_token'],
      },
    ],
  },
  look: { name: 'Digital DJ Pool', accent: '#b3261e' },
})
