const codes = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_HTTP_REQUEST_TIMEOUT'])

/**
 * The code of an error that a connection broke with, or that its bytes were no HTTP; undefined for any other error.
 *
 * Such errors are a client's doing, and they may carry what the client sent, secrets included: the code alone is fit
 * for a log.
 */
export function brokenConnectionCode(error: unknown): string | undefined {
  const { code } = Object(error) as { code?: unknown }
  return typeof code === 'string' && (codes.has(code) || code.startsWith('HPE_')) ? code : undefined
}
