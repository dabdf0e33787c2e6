import { asJson, codeParams, defineErrorCode } from './error-code.ts'

/** @see {@link https://www.rfc-editor.org/rfc/rfc7009#section-2.2.1 RFC 7009 section 2.2.1} */
export const unsupportedTokenType = defineErrorCode({
  name: 'unsupported_token_type',
  summary: 'The authorization server does not revoke tokens of this type.',
  see: 'https://www.rfc-editor.org/rfc/rfc7009#section-2.2.1',
  at: { revocation: asJson(400) },
  params: codeParams,
})
