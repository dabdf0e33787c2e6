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
})
