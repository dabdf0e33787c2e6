type Claims = Record<string, unknown>

/**
 * The claims of a JWT that say when something was or will be.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7519#section-4.1 RFC 7519 section 4.1}
 */
const times = ['iat', 'exp', 'nbf', 'auth_time'] as const

/**
 * Claims as an issuer tells them whose clock is wrong.
 *
 * @param seconds how far it is off; 0 leaves the claims as they are
 */
export function skewTimes(claims: Claims, seconds: number): Claims {
  if (seconds === 0) return claims
  const off = { ...claims }
  for (const time of times) if (typeof off[time] === 'number') off[time] += seconds
  return off
}

/**
 * Has claims be skewed when they are written down: the provider puts times among them only while it signs.
 *
 * @param seconds how far the clock is off; 0 leaves the claims as they are
 */
export function skewWhenSigned(claims: Claims, seconds: number): Claims {
  if (seconds === 0) return claims
  const signed = { ...claims }
  return Object.defineProperty(signed, 'toJSON', { value: () => skewTimes(signed, seconds) })
}
