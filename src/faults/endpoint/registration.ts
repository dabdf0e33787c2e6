import { asJson, codeParams, defineErrorCode } from './error-code.ts'

const rfc7591 = 'https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2'

const refused = { at: { registration: asJson(400) }, see: rfc7591, params: codeParams }

/**
 * The error codes of the registration and the client configuration endpoints alone.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2 RFC 7591 section 3.2.2}
 */
export const registrationCodes = [
  defineErrorCode({
    name: 'invalid_client_metadata',
    summary: 'A value of the client metadata is invalid, and the registration is refused.',
    ...refused,
  }),
  defineErrorCode({
    name: 'invalid_software_statement',
    summary: 'The software statement is invalid.',
    ...refused,
  }),
  defineErrorCode({
    name: 'unapproved_software_statement',
    summary: 'The software statement is not approved for use here.',
    ...refused,
  }),
] as const
