import * as z from 'zod'

/**
 * How an issuer takes request objects.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9101 RFC 9101}
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#RequestUriParameter OpenID Connect Core 6.2}
 */
export const requestObjectsSchema = z.strictObject({
  request_uri: z.boolean().default(true).describe('Whether they are fetched where a client says that they are.'),
  require_request_uri_registration: z
    .boolean()
    .default(true)
    .describe('Whether they are fetched only from the `request_uris` of the client.'),
  require_signed_request_object: z
    .boolean()
    .default(false)
    .describe('Whether every authorization request must come in one.'),
})

export type RequestObjectSettings = z.output<typeof requestObjectsSchema>
