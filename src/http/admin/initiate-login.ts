import { initiatedLogin, loginInitiation } from '../../control/initiate-login.ts'
import { issuerOrigin } from './origin.ts'
import { defineRoute } from './route.ts'

export const initiateLoginRoutes = [
  defineRoute({
    method: 'post',
    path: '/api/issuers/{issuer}/clients/{client_id}/initiate-login',
    summary: 'Make the link by which a third party has a client begin a login',
    description:
      "The client's initiate_login_uri, with the issuer and what is asked for. Nothing is sent to the client.",
    body: loginInitiation,
    good: { status: 200, description: 'The link.', schema: initiatedLogin },
    problems: { 404: ['ERR_CLIENT_UNKNOWN'], 409: ['ERR_NO_INITIATE_LOGIN'] },
    handle: ({ control, params, body, ctx }) =>
      control.initiateLogin(params.issuer, params.client_id, body, issuerOrigin(ctx)),
  }),
]
