import { mintedToken, tokenOrder } from '../../control/tokens.ts'
import { issuerOrigin } from './origin.ts'
import { defineRoute } from './route.ts'

export const tokenRoutes = [
  defineRoute({
    method: 'post',
    path: '/api/issuers/{issuer}/tokens',
    summary: 'Mint a token',
    description:
      'Without a flow, and as good as one that has come of a flow: an access token is taken at userinfo, introspection and revocation, a refresh token refreshes. No armed fault changes it; the order names those that do.',
    body: tokenOrder,
    good: { status: 201, description: 'As a token endpoint answers.', schema: mintedToken },
    problems: {
      400: ['ERR_TOKEN_INVALID', 'ERR_FAULT_INVALID'],
      404: ['ERR_CLIENT_UNKNOWN', 'ERR_USER_UNKNOWN', 'ERR_SCOPE_UNKNOWN', 'ERR_KEY_UNKNOWN', 'ERR_FAULT_UNKNOWN'],
    },
    handle({ control, params, body, ctx }) {
      ctx.set('Cache-Control', 'no-store')
      return control.mint(params.issuer, body, issuerOrigin(ctx))
    },
  }),
]
