import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Persona } from '../../personas/persona.ts'
import { createErrorShape, endpointOf } from './answers.ts'

/**
 * Gives the provider's own errors the persona's look.
 *
 * @returns undefined where the persona says nothing of errors
 */
export function shapeErrors(persona: Persona) {
  const shape = createErrorShape(persona)
  if (shape === undefined) return undefined

  return async function shapedErrors(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
    await next()
    if (ctx.status < 400 || typeof ctx.body !== 'object' || ctx.oidc === undefined) return
    const told = [(ctx.response.headers['www-authenticate'] as string | string[] | undefined) ?? []].flat()
    const shapedWith = (challenge: string) =>
      shape(endpointOf(ctx.oidc.route), {
        status: ctx.status,
        headers: { 'www-authenticate': challenge },
        body: ctx.body as unknown,
      })
    const { status, body } = shapedWith('')
    const challenges = told.map((challenge) => shapedWith(challenge).headers['www-authenticate'] ?? challenge)
    ctx.status = status
    ctx.body = body
    if (challenges.length > 0) ctx.set('www-authenticate', challenges)
  }
}
