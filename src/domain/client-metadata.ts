import * as z from 'zod'

const text = z.string().optional()
const texts = z.array(z.string()).optional()
const flag = z.boolean().optional()

/**
 * Registered client metadata that Understudy hands to the provider as it is.
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
  sector_identifier_uri: text,
  subject_type: z.enum(['public', 'pairwise']).optional(),
  client_secret_expires_at: z.int().nonnegative().optional(),
  token_endpoint_auth_signing_alg: text,
  id_token_signed_response_alg: text,
  id_token_encrypted_response_alg: text,
  id_token_encrypted_response_enc: text,
  userinfo_signed_response_alg: text,
  userinfo_encrypted_response_alg: text,
  userinfo_encrypted_response_enc: text,
  request_object_signing_alg: text,
  request_object_encryption_alg: text,
  request_object_encryption_enc: text,
  authorization_signed_response_alg: text,
  authorization_encrypted_response_alg: text,
  authorization_encrypted_response_enc: text,
  introspection_signed_response_alg: text,
  introspection_encrypted_response_alg: text,
  introspection_encrypted_response_enc: text,
  default_max_age: z.int().nonnegative().optional(),
  default_acr_values: texts,
  require_auth_time: flag,
  initiate_login_uri: text,
  response_modes: texts,
  backchannel_logout_uri: text,
  backchannel_logout_session_required: flag,
  backchannel_token_delivery_mode: z.enum(['poll', 'ping']).optional(),
  backchannel_client_notification_endpoint: text,
  backchannel_authentication_request_signing_alg: text,
  backchannel_user_code_parameter: flag,
  require_pushed_authorization_requests: flag,
  require_signed_request_object: flag,
  dpop_bound_access_tokens: flag,
  authorization_details_types: texts,
  tls_client_certificate_bound_access_tokens: flag,
  tls_client_auth_subject_dn: text,
  tls_client_auth_san_dns: text,
  tls_client_auth_san_uri: text,
  tls_client_auth_san_ip: text,
  tls_client_auth_san_email: text,
} as const
