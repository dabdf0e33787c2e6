import { backchannelLogoutReport, backchannelLogoutRequest } from '../../control/logout.ts'
import { issuerOrigin } from './origin.ts'
import { defineRoute } from './route.ts'

export const logoutRoutes = [
  defineRoute({
    method: 'post',
    path: '/api/issuers/{issuer}/backchannel-logout',
    summary: 'Tell clients that somebody has logged out',
    description:
      'Sends a logout token to each client that has a `backchannel_logout_uri` and is signed in to; a named client is told in any case.',
    body: backchannelLogoutRequest,
    good: { status: 200, description: 'Every client was told, or tried.', schema: backchannelLogoutReport },
    problems: {
      400: ['ERR_FAULT_INVALID'],
      404: ['ERR_USER_UNKNOWN', 'ERR_SESSION_UNKNOWN', 'ERR_CLIENT_UNKNOWN', 'ERR_FAULT_UNKNOWN'],
      409: ['ERR_NO_BACKCHANNEL_LOGOUT'],
    },
    handle({ control, params, body, ctx }) {
      const origin = issuerOrigin(ctx)
      return control.backchannelLogout(params.issuer, body, origin)
    },
  }),
]
