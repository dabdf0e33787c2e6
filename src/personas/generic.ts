import { definePersona } from './persona.ts'

export const generic = definePersona({
  name: 'generic',
  summary: "A plain OpenID Connect and OAuth 2.0 provider, on oidc-provider's usual paths.",
  endpoints: {
    authorization: '/auth',
    token: '/token',
    device_authorization: '/device/auth',
    device_verification: '/device',
    userinfo: '/me',
    introspection: '/token/introspection',
    revocation: '/token/revocation',
    pushed_authorization_request: '/request',
    backchannel_authentication: '/backchannel',
    registration: '/reg',
    end_session: '/session/end',
    jwks: '/jwks',
  },
  parameters_in_query: true,
  device_at_verification: true,
  defaults: {
    users: [
      {
        username: 'alice',
        password: 'wonderland',
        claims: { name: 'Alice Liddell', email: 'alice@example.com', email_verified: true },
      },
    ],
    clients: [
      {
        client_id: 'demo-app',
        client_secret: 'demo-secret',
        client_name: 'Demo App',
        redirect_uris: ['http://localhost:3000/callback'],
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials', 'password', 'device_code'],
      },
    ],
  },
})
