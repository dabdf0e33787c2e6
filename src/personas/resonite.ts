import { standardScopes } from '../domain/scope.ts'
import { definePersona } from './persona.ts'
import { plainOAuth } from './plain-oauth.ts'

/** Resonite, whose users sign in to other sites by an authorization code. */
export const resonite = definePersona({
  name: 'resonite',
  summary: 'Resonite: an authorization code for a profile, whose members follow from the scopes.',
  notes: [
    'Authorization code is the only grant; there is no refresh token.',
    'GET /api/user/profiles answers with the profile; `email` and `patreon` are in it only with those scopes.',
  ],
  endpoints: {
    authorization: '/connect/authorize',
    token: '/connect/token',
    introspection: '/connect/introspect',
    revocation: '/connect/revocation',
  },
  ...plainOAuth,
  grant_types: ['authorization_code'],
  answers: {
    token: {
      '*': {
        access_token: '$answer.access_token',
        token_type: 'Bearer',
        expires_in: '$answer.expires_in',
        scope: '$answer.scope',
      },
    },
  },
  client_defaults: { grant_types: ['authorization_code'] },
  defaults: {
    lifetimes: { access_token: '1h' },
    access_token: { format: 'opaque' },
    scopes: {
      profile: {
        description: 'See your user name, profile image and the rest of your profile',
        claims: standardScopes.profile?.claims,
      },
      email: { description: 'See your e-mail address', claims: ['email', 'email_verified'] },
      patreon: { description: 'See what you support on Patreon', claims: ['patreon'] },
    },
    resources: {
      profiles: {
        path: '/api/user/profiles',
        methods: ['GET'],
        scopes: ['profile'],
        claims: {
          profile: { id: 'sub', username: 'username', iconUrl: 'picture' },
          email: { email: 'email' },
          patreon: { patreon: 'patreon' },
        },
      },
    },
    users: [
      {
        username: 'Nova',
        sub: 'U-Nova',
        claims: {
          name: 'Nova',
          email: 'nova@example.com',
          picture: 'https://assets.example/nova.webp',
          patreon: { tier: 'Blade', pledge_cents: 600 },
        },
      },
    ],
    clients: [
      {
        client_id: 'demo-app',
        client_secret: 'demo-secret',
        client_name: 'Demo App',
        redirect_uris: ['http://localhost:3000/callback'],
        grant_types: ['authorization_code'],
      },
    ],
  },
  look: { name: 'Resonite', accent: '#1f7a8c' },
})
