const core = 'https://openid.net/specs/openid-connect-core-1_0.html'

/** The clauses that say how signed tokens are checked. */
export const clauses = {
  idToken: `${core}#IDToken`,
  idTokenValidation: `${core}#IDTokenValidation`,
  hybridHash: `${core}#HybridIDToken`,
  refresh: `${core}#RefreshTokenResponse`,
  standardClaims: `${core}#StandardClaims`,
  aggregatedClaims: `${core}#AggregatedDistributedClaims`,
  rotation: `${core}#RotateSigKeys`,
  stateHash: 'https://openid.net/specs/openid-financial-api-part-2-1_0.html#id-token-as-detached-signature',
  logoutToken: 'https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken',
  logoutValidation: 'https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation',
  jwtClaims: (section: string) => `https://www.rfc-editor.org/rfc/rfc7519#section-4.1.${section}`,
  jwt: 'https://www.rfc-editor.org/rfc/rfc7519#section-7.2',
  jws: (section: string) => `https://www.rfc-editor.org/rfc/rfc7515#section-${section}`,
  bestPractice: (section: string) => `https://www.rfc-editor.org/rfc/rfc8725#section-${section}`,
  accessToken: 'https://www.rfc-editor.org/rfc/rfc9068#section-4',
} as const
