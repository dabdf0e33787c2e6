import type { PersonaSource } from './persona.ts'

/** The traits of a provider that speaks OAuth 2.0, and nothing that was built on it. */
export const plainOAuth = {
  without: [
    'device_authorization',
    'device_verification',
    'userinfo',
    'pushed_authorization_request',
    'backchannel_authentication',
    'registration',
    'end_session',
  ],
  discovery: false,
  openid: false,
  response_iss: false,
  dpop: false,
  redirect_uri: 'optional',
} satisfies Partial<PersonaSource>
