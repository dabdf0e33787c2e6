import type { Middleware } from 'koa'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { type ClientTrust, certificateOf, isTrusted } from '../certificates/client.ts'
import { matchesSubject, type SubjectProperty } from '../certificates/subject.ts'
import type { Client } from '../domain/client.ts'
import { certificateSubjects } from '../domain/client-metadata.ts'
import type { IssuerContext } from './context.ts'

/** Ways of authenticating that show a certificate. */
const certificateMethods = ['tls_client_auth', 'self_signed_tls_client_auth'] as const

/** All ways in which clients may authenticate. */
export const clientAuthMethods: NonNullable<Configuration['clientAuthMethods']> = [
  'client_secret_basic',
  'client_secret_jwt',
  'client_secret_post',
  'private_key_jwt',
  'none',
  ...certificateMethods,
]

/**
 * What clients cannot be where no certificate can get here.
 *
 * @returns one mistake a client at the most, with its index and the member at fault
 */
export function findCertificateMistakes(
  clients: readonly Client[],
): { index: number; member: string; message: string }[] {
  return clients.flatMap((client, index) => {
    const found = certificateMember(client)
    if (found === undefined) return []
    const [member, what] = found
    const message = `${what} needs client certificates, and none can get here. Serve HTTPS (start --https, or https: true), or name the header of a proxy that hands them on (--client-cert-header)`
    return [{ index, member, message }]
  })
}

/** The member by which a client promises a certificate, and what it promises. */
function certificateMember(client: Client): [member: string, what: string] | undefined {
  const method = client.token_endpoint_auth_method
  const subject = certificateSubjects.find((name) => client[name] !== undefined)
  if (method === 'tls_client_auth') return [subject ?? 'token_endpoint_auth_method', method]
  if (method === 'self_signed_tls_client_auth') return ['token_endpoint_auth_method', method]
  const bound = 'tls_client_certificate_bound_access_tokens'
  return client[bound] ? [bound, 'a token that is bound to a certificate'] : undefined
}

/**
 * Clients that are known by their certificates, and tokens that are bound to them.
 *
 * It is there also where no certificate can get here: an open issuer knows nothing of its clients, and one that has
 * none to show is told so.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8705 RFC 8705}
 */
export function mtlsFeature({ clientTrust }: IssuerContext): NonNullable<Configuration['features']>['mTLS'] {
  const certificate = (ctx: KoaContextWithOIDC) => clientTrust && certificateOf(ctx.req, clientTrust)
  return {
    enabled: true,
    tlsClientAuth: true,
    selfSignedTlsClientAuth: true,
    certificateBoundAccessTokens: true,
    getCertificate: certificate as never,
    certificateAuthorized: (ctx) => clientTrust !== undefined && isTrusted(ctx.req, clientTrust),
    certificateSubjectMatches(ctx, property, expected) {
      const shown = certificate(ctx)
      return shown !== undefined && matchesSubject(shown, property as SubjectProperty, expected)
    },
  }
}

/**
 * Keeps quiet about certificates in discovery where none can get to the endpoints that it names: no proxy hands them on,
 * and it is not this process that speaks TLS there.
 */
export function hideCertificates({ clientTrust, naming }: IssuerContext): Middleware {
  return async function quietDiscovery(context, next) {
    await next()
    const { oidc, req } = context as unknown as KoaContextWithOIDC
    if (oidc?.route !== 'discovery' || context.status !== 200) return
    if (reaches(clientTrust, naming.baseFor(req, 'token'))) return
    const body = context.body as Record<string, unknown>
    delete body.tls_client_certificate_bound_access_tokens
    for (const [name, value] of Object.entries(body)) {
      if (name.endsWith('_endpoint_auth_methods_supported')) body[name] = (value as string[]).filter(isWithout)
    }
  }
}

/** Whether clients can show certificates at an endpoint. */
function reaches(trust: ClientTrust | undefined, base: string): boolean {
  return trust !== undefined && (trust.header !== undefined || (trust.tls && base.startsWith('https:')))
}

function isWithout(method: string): boolean {
  return !(certificateMethods as readonly string[]).includes(method)
}

/** What a JWT access token says of whom it is bound to: by DPoP, or by a certificate. */
export function confirmationOf(payload: { jkt?: unknown; 'x5t#S256'?: unknown }): Record<string, unknown> | undefined {
  if (payload.jkt !== undefined) return { jkt: payload.jkt }
  return payload['x5t#S256'] === undefined ? undefined : { 'x5t#S256': payload['x5t#S256'] }
}
