import { isIP } from 'node:net'
import * as z from 'zod'

const text = z.string().optional()
const texts = z.array(z.string()).optional()
const flag = z.boolean().optional()

/** By which part of its certificate a client of `tls_client_auth` is known. */
export const certificateSubjects = [
  'tls_client_auth_subject_dn',
  'tls_client_auth_san_dns',
  'tls_client_auth_san_uri',
  'tls_client_auth_san_ip',
  'tls_client_auth_san_email',
] as const

/** A type and a value, as often as commas part them; the value may be quoted, and its commas escaped. */
const distinguishedName = /^(?:(?:^|,)\s*[\w.-]+\s*=(?:\\.|"(?:\\.|[^"\\])*"|[^,\\"])*)+$/s

/** Text that a certificate could have. */
const certificateText = (fits: (text: string) => boolean, expected: string) =>
  z
    .string()
    .refine(fits, { error: `expected ${expected}: no certificate has this` })
    .optional()

/**
 * Registered client metadata that Understudy hands to the provider as it is: what has an effect here, and what tells of
 * the client alone (`contacts`, `client_uri`, `logo_uri`, `policy_uri`, `tos_uri`).
 *
 * @see {@link https://www.iana.org/assignments/oauth-parameters/oauth-parameters.xhtml#client-metadata IANA, OAuth Dynamic Client Registration Metadata}
 */
export const registeredMetadata = {
  application_type: z.enum(['web', 'native']).optional(),
  contacts: texts,
  client_uri: text,
  logo_uri: text,
  policy_uri: text,
  tos_uri: text,
  jwks: z.strictObject({ keys: z.array(z.record(z.string(), z.json())) }).optional(),
  jwks_uri: text,
  client_secret_expires_at: z.int().nonnegative().optional(),
  client_id_issued_at: z.int().nonnegative().optional(),
  software_id: text,
  software_version: text,
  token_endpoint_auth_signing_alg: text,
  id_token_signed_response_alg: text,
  id_token_encrypted_response_alg: text,
  id_token_encrypted_response_enc: text,
  userinfo_signed_response_alg: text,
  userinfo_encrypted_response_alg: text,
  userinfo_encrypted_response_enc: text,
  introspection_signed_response_alg: text,
  introspection_encrypted_response_alg: text,
  introspection_encrypted_response_enc: text,
  authorization_signed_response_alg: text,
  authorization_encrypted_response_alg: text,
  authorization_encrypted_response_enc: text,
  request_object_signing_alg: text,
  request_object_encryption_alg: text,
  request_object_encryption_enc: text,
  require_signed_request_object: flag,
  request_uris: z
    .array(
      z.string().refine((uri) => /^https?:/i.test(uri) && URL.canParse(uri), {
        error: 'expected an http or https URL, such as https://app.example/request.jwt',
      }),
    )
    .optional()
    .describe('Where request objects of this client may be fetched.'),
  subject_type: z.enum(['public', 'pairwise']).optional(),
  sector_identifier_uri: text,
  default_max_age: z.int().nonnegative().optional(),
  initiate_login_uri: z
    .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
    .optional()
    .describe('Where a third party has the client begin a login.'),
  default_acr_values: texts.describe('The acr_values of requests that name none.'),
  require_auth_time: flag,
  response_modes: texts,
  authorization_details_types: texts.describe('Types of authorization details it may ask for. Default: all.'),
  require_pushed_authorization_requests: flag,
  dpop_bound_access_tokens: flag,
  tls_client_certificate_bound_access_tokens: flag,
  tls_client_auth_subject_dn: certificateText(
    (name) => distinguishedName.test(name),
    'a distinguished name, such as CN=web-app,O=Example',
  ).describe('RFC 4514, such as `CN=web-app,O=Example`.'),
  tls_client_auth_san_dns: certificateText(
    (name) => /^(?:\*\.)?[\w-]+(?:\.[\w-]+)*$/.test(name),
    'a host name, such as app.example',
  ),
  tls_client_auth_san_uri: certificateText((uri) => URL.canParse(uri), 'a URI, such as spiffe://example/app'),
  tls_client_auth_san_ip: certificateText((address) => isIP(address) !== 0, 'an IP address, such as 192.0.2.1'),
  tls_client_auth_san_email: certificateText(
    (address) => /^[^\s@]+@[^\s@]+$/.test(address),
    'an e-mail address, such as app@example.com',
  ),
  backchannel_token_delivery_mode: z
    .literal('poll', { error: 'expected poll: ping and push are not served' })
    .optional()
    .describe('How a client of the grant ciba learns of the outcome. Default: poll, the only one.'),
  backchannel_user_code_parameter: z
    .boolean()
    .optional()
    .describe('Whether the client sends the user codes of those users that have one.'),
  backchannel_authentication_request_signing_alg: text,
  backchannel_logout_uri: z
    .string()
    .refine((uri) => /^https?:\/\//i.test(uri) && URL.canParse(uri), {
      error: 'expected an http or https URL, such as http://localhost:3000/backchannel-logout',
    })
    .refine((uri) => !uri.includes('#'), { error: 'a back-channel logout URI has no fragment (#…)' })
    .optional()
    .describe('Where logout tokens are sent when somebody logs out.'),
  frontchannel_logout_uri: z
    .string()
    .refine((uri) => /^https?:\/\//i.test(uri) && URL.canParse(uri), {
      error: 'expected an http or https URL, such as http://localhost:3000/frontchannel-logout',
    })
    .refine((uri) => !uri.includes('#'), { error: 'a front-channel logout URI has no fragment (#…)' })
    .optional()
    .describe('What a browser opens in a frame when somebody logs out in it.'),
  frontchannel_logout_session_required: z
    .boolean()
    .optional()
    .describe('Whether `iss` and `sid` are sent along. Default: they are.'),
  backchannel_logout_session_required: z
    .boolean()
    .optional()
    .describe('Whether logout tokens name the session (`sid`). Default: they name the user alone.'),
} as const
