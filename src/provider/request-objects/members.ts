import { decodeJwt } from 'jose'
import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { internals } from '../private.ts'
import { processRequestObjectsBy } from '../private-stacks.ts'

/** Parameters that are more than text, as what they may be; one that the provider refuses by itself may be anything. */
const kinds: Readonly<Record<string, (value: unknown) => boolean>> = {
  claims: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  authorization_details: Array.isArray,
  resource: (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  max_age: Number.isInteger,
  requested_expiry: Number.isInteger,
  registration: () => true,
  request: () => true,
  request_uri: () => true,
}

/**
 * Refuses request objects with parameters that are no text, which the provider would take for the text that a program
 * makes of them: `[object Object]`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9101#section-4 RFC 9101 section 4}
 */
export function checkRequestObjects(provider: Provider): void {
  const { requestObjects } = internals(provider).features
  const { assertJwtClaimsAndHeader: assertClaims } = requestObjects
  requestObjects.assertJwtClaimsAndHeader = async function assertMembers(ctx, claims, ...rest) {
    checkMembers(ctx, claims)
    await assertClaims(ctx, claims, ...rest)
  }
}

function checkMembers({ oidc }: KoaContextWithOIDC, claims: Readonly<Record<string, unknown>>): void {
  const params = oidc.params as Record<string, unknown>
  const wrong = Object.keys(params).find((name) => Object.hasOwn(claims, name) && !isParameter(name, claims[name]))
  if (wrong === undefined) return
  // The answer goes by what stands inside; what is no text is never repeated as one.
  for (const name of ['state', 'response_mode'].filter((each) => Object.hasOwn(claims, each))) {
    params[name] = typeof claims[name] === 'string' ? claims[name] : undefined
  }
  throw new errors.InvalidRequestObject(`the parameter ${wrong} of the Request Object has a value of the wrong type`)
}

const isParameter = (name: string, value: unknown): boolean =>
  typeof value === 'string' || kinds[name]?.(value) === true

// What is a list, the provider calls a parameter that was sent twice, before it asserts anything.
processRequestObjectsBy((handle) => async (ctx, next) => {
  let isProcessed = false
  await handle(ctx, async () => {
    isProcessed = true
    await next()
  }).catch((error: unknown) => {
    const { request } = ctx.oidc.params as { request?: string }
    if (!isProcessed && error instanceof errors.InvalidRequest && request !== undefined) {
      checkMembers(ctx, decoded(request))
    }
    throw error
  })
})

function decoded(request: string): Readonly<Record<string, unknown>> {
  try {
    return decodeJwt(request)
  } catch {
    return {}
  }
}
