import type { Middleware } from 'koa'
import { errorText } from '../domain/error-text.ts'
import { UnderstudyError } from '../errors.ts'

/**
 * What failed in a fault of somebody's own, which is for people to read; undefined of any other error, of whose inside
 * nobody is told.
 */
export function ownFaultWords(error: unknown): string | undefined {
  return error instanceof UnderstudyError && error.code === 'ERR_OWN_FAULT' ? error.message : undefined
}

/** A description in a challenge, quotes within escaped. */
const described = /error_description="((?:[^"\\]|\\.)*)"/g

/**
 * Has errors be described by the characters that OAuth has for it, whoever has written them, and a challenge say all
 * that the body says; what a fault says on purpose comes from elsewhere, and stays.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 section 3}
 */
export const describeErrors: Middleware = async function describeErrors(ctx, next) {
  await next()
  if (ctx.status < 400) return
  const body = ctx.body as Record<string, unknown> | string | undefined | null
  const told = typeof body === 'object' ? body?.error_description : undefined
  const description = typeof told === 'string' ? errorText(told) : undefined
  if (description !== undefined) Object.assign(body as object, { error_description: description })
  const challenges = [ctx.response.headers['www-authenticate'] ?? []].flat()
  if (challenges.length === 0) return
  const whole = (_: string, said: string) =>
    `error_description="${description ?? errorText(said.replace(/\\(.)/g, '$1'))}"`
  ctx.set(
    'www-authenticate',
    challenges.map((challenge) => String(challenge).replace(described, whole)),
  )
}
