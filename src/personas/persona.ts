/** What makes an issuer look like a named real provider, as data; it says only how it differs. */
export interface Persona {
  name: string
  /** One sentence. */
  summary: string
  /** Paths below the issuer. */
  endpoints: {
    authorization: string
    token: string
    device_authorization: string
    /** The page where a person types a user code. */
    device_verification: string
    userinfo: string
    introspection: string
    revocation: string
    pushed_authorization_request: string
    backchannel_authentication: string
    registration: string
    end_session: string
    jwks: string
  }
}

export function definePersona<const Name extends string>(persona: Persona & { name: Name }): Persona & { name: Name } {
  return persona
}
