import type { RequestHandler } from 'express'
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'

export interface AccessSettings {
  /** The issuer whose access tokens are taken. */
  issuer: string
  /** What the tokens must be for. */
  audience: string
  /** How long an unknown key id does not lead to another look at the JWKS, in milliseconds. */
  jwksCooldownMs?: number
}

export interface Access extends JWTPayload {
  sub: string
  roles: string[]
}

export type AccessCheck = (authorization: string | undefined) => Promise<Access>

/** A request that comes without a good token. */
export class Unauthorized extends Error {}

/** Checks access tokens as RFC 9068 asks: by the issuer's keys, without asking the issuer for each. */
export async function createAccessCheck({ issuer, audience, jwksCooldownMs }: AccessSettings): Promise<AccessCheck> {
  const keys = createRemoteJWKSet(await jwksUri(issuer), { cooldownDuration: jwksCooldownMs })

  return async function checkAccess(authorization) {
    const [, token] = /^Bearer (\S+)$/i.exec(authorization ?? '') ?? []
    if (token === undefined) throw new Unauthorized('there is no bearer token')
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        typ: 'at+jwt',
        requiredClaims: ['sub', 'client_id', 'exp', 'iat', 'jti'],
      })
      return { ...payload, sub: String(payload.sub), roles: rolesOf(payload) }
    } catch (error) {
      throw error instanceof errors.JOSEError && !keysAreAway.has(error.code) ? new Unauthorized(error.message) : error
    }
  }
}

/** Codes of failures that are no fault of the token: the JWKS cannot be had. */
const keysAreAway = new Set([errors.JWKSTimeout.code, errors.JOSEError.code])

async function jwksUri(issuer: string): Promise<URL> {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`)
  const metadata = (await response.json()) as { issuer?: string; jwks_uri?: string }
  if (metadata.issuer !== issuer || metadata.jwks_uri === undefined) {
    throw new Error(`Failed to discover ${issuer}: it says that it is ${metadata.issuer}.`)
  }
  return new URL(metadata.jwks_uri)
}

function rolesOf({ roles }: JWTPayload): string[] {
  return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : []
}

/** Lets only those in who have a role; who it is stands in `response.locals.access`. */
export function requireRole(check: AccessCheck, role: string): RequestHandler {
  return async function roleGate(request, response, next) {
    const access = await check(request.headers.authorization)
    if (!access.roles.includes(role)) {
      response.status(403).json({ error: 'forbidden', error_description: `this needs the role ${role}` })
      return
    }
    response.locals.access = access
    next()
  }
}
