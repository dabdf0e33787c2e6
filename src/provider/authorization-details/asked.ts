import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { type AuthorizationDetail, isWithin } from '../../domain/authorization-details.ts'

/** The authorization details that a request asks for, once they are known to be well-formed; undefined where there are none. */
export function detailsOf({ oidc }: KoaContextWithOIDC): AuthorizationDetail[] | undefined {
  const { authorization_details: text } = (oidc.params ?? {}) as { authorization_details?: unknown }
  return typeof text === 'string' ? (JSON.parse(text) as AuthorizationDetail[]) : undefined
}

/** What a request that is approved elsewhere than on the consent page is granted in detail: all that it asks for. */
export function grantedDetails(params: Readonly<Record<string, unknown>> | undefined): { rar?: AuthorizationDetail[] } {
  const text = params?.authorization_details
  return typeof text === 'string' ? { rar: JSON.parse(text) as AuthorizationDetail[] } : {}
}

/**
 * The authorization details of a text.
 *
 * @throws InvalidAuthorizationDetails
 */
export function parseDetails(text: unknown): AuthorizationDetail[] {
  try {
    const details: unknown = JSON.parse(String(text))
    if (Array.isArray(details) && details.every(isDetail)) return details
  } catch {
    // Said below.
  }
  throw new errors.InvalidAuthorizationDetails('authorization_details must be a JSON array of objects that have a type')
}

function isDetail(value: unknown): value is AuthorizationDetail {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
}

/**
 * What a token is for: what its request asks for, as far as it was granted; else all of that.
 *
 * @param granted left out: whatever is asked for
 * @throws InvalidAuthorizationDetails where more is asked for
 */
export function narrowed(
  asked: readonly AuthorizationDetail[] | undefined,
  granted: readonly AuthorizationDetail[] | undefined,
): readonly AuthorizationDetail[] | undefined {
  if (asked === undefined || granted === undefined) return asked ?? granted
  const excess = asked.find((detail) => !granted.some((each) => isWithin(detail, each)))
  if (excess === undefined) return asked
  throw new errors.InvalidAuthorizationDetails(`the authorization details of type '${excess.type}' were not granted so`)
}

/**
 * Hides authorization details while the provider looks for the resource that it wants with them, and RFC 9396 does not:
 * it looks right after it was told the resource, in the same turn.
 */
export function needNoResource({ oidc }: KoaContextWithOIDC): void {
  const { params } = oidc as { params?: Record<string, unknown> }
  const details = params?.authorization_details
  if (params === undefined || details === undefined) return
  params.authorization_details = undefined
  // The provider goes on in the turn after the next.
  queueMicrotask(() =>
    queueMicrotask(() => {
      params.authorization_details = details
    }),
  )
}
