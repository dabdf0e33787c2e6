import { certificateOrder, issuedCertificate } from '../../control/certificates.ts'
import { defineRoute } from './route.ts'

/** What everybody may ask for: a certificate is no secret, and a client has to have it before it can ask safely. */
export const authorityRoutes = [
  defineRoute({
    method: 'get',
    path: '/ca.pem',
    summary: 'Give the certificate of the authority that signs for HTTPS and for clients',
    description: 'Made when it is first asked for. Answered to anyone, whatever name or token they come with.',
    good: { status: 200, description: 'The certificate, as PEM.', type: 'application/x-pem-file' },
    async handle({ control, ctx }) {
      const pem = await control.authority()
      ctx.type = 'application/x-pem-file'
      ctx.body = pem
    },
  }),
]

export const certificateRoutes = [
  defineRoute({
    method: 'post',
    path: '/api/certificates',
    summary: 'Make a client certificate',
    description:
      'Signed by the authority of this process, or by its own key; for clients of tls_client_auth and self_signed_tls_client_auth, and for tokens that are bound to certificates.',
    body: certificateOrder.optional(),
    good: {
      status: 201,
      description: 'The certificate and its private key, which is kept nowhere.',
      schema: issuedCertificate,
    },
    problems: { 400: ['ERR_CERTIFICATE_ORDER'] },
    handle: ({ control, body }) => control.issueCertificate(body as never),
  }),
]
