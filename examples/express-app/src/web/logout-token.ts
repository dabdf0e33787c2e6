import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'

export interface LogoutTokenSettings {
  issuer: string
  clientId: string
  jwksUri: string
}

const event = 'http://schemas.openid.net/event/backchannel-logout'

/** How old a logout token may be, and how long one is remembered so that it is taken once. */
const maxAgeSeconds = 120

/** Checks logout tokens as OpenID Connect Back-Channel Logout 2.6 asks. */
export function createLogoutTokenCheck({ issuer, clientId, jwksUri }: LogoutTokenSettings) {
  const keys = createRemoteJWKSet(new URL(jwksUri))
  const seen = new Map<string, number>()

  /** @throws where the token is not one that this app has to obey */
  return async function checkLogoutToken(token: string): Promise<{ sub?: string; sid?: string }> {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: clientId,
      typ: 'logout+jwt',
      maxTokenAge: maxAgeSeconds,
      requiredClaims: ['iat', 'exp', 'jti', 'events'],
    })
    const { sub, sid, jti = '', events } = payload as JWTPayload & { sid?: string; events?: Record<string, unknown> }
    if (typeof events?.[event] !== 'object') throw new Error('it is about another event')
    if ('nonce' in payload) throw new Error('it has a nonce, so it may be an ID token in disguise')
    if (sub === undefined && sid === undefined) throw new Error('it names nobody')
    if (seen.has(jti)) throw new Error('it has been here before')
    remember(jti)
    return { sub, sid }
  }

  function remember(jti: string): void {
    const nowMs = Date.now()
    for (const [old, untilMs] of seen) if (untilMs < nowMs) seen.delete(old)
    seen.set(jti, nowMs + maxAgeSeconds * 1000)
  }
}
