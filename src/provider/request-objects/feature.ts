import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import type { RequestObjectSettings } from '../../domain/request-objects.ts'

type RequestObjects = NonNullable<NonNullable<Configuration['features']>['requestObjects']>

export function requestObjects({ require_signed_request_object: required }: RequestObjectSettings): RequestObjects {
  return { enabled: true, requireSignedRequestObject: required } as RequestObjects
}

/** Has discovery say how references are taken, of which the provider knows nothing. */
export function advertiseReferences(ctx: KoaContextWithOIDC, settings: RequestObjectSettings): void {
  if (ctx.status !== 200 || typeof ctx.body !== 'object') return
  Object.assign(ctx.body as object, {
    request_uri_parameter_supported: settings.request_uri,
    ...(settings.request_uri && { require_request_uri_registration: settings.require_request_uri_registration }),
  })
}
