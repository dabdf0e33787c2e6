/**
 * What it takes to serve a route of our own as oidc-provider serves userinfo; as private as what `private.ts` reaches.
 */
import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
// @ts-expect-error The package's types describe its public interface alone.
import running from 'oidc-provider/lib/helpers/als.js'
// @ts-expect-error As above.
import thumbprintOf from 'oidc-provider/lib/helpers/certificate_thumbprint.js'
// @ts-expect-error As above.
import validateProof, { checkDpopReplay } from 'oidc-provider/lib/helpers/validate_dpop.js'
// @ts-expect-error As above.
import readInternals from 'oidc-provider/lib/helpers/weak_cache.js'
// @ts-expect-error As above.
import assembleParams from 'oidc-provider/lib/shared/assemble_params.js'
// @ts-expect-error As above.
import cors from 'oidc-provider/lib/shared/cors.js'
// @ts-expect-error As above.
import answerErrors from 'oidc-provider/lib/shared/error_handler.js'
// @ts-expect-error As above.
import noCache from 'oidc-provider/lib/shared/no_cache.js'
// @ts-expect-error As above.
import { urlencoded } from 'oidc-provider/lib/shared/selective_body.js'
// @ts-expect-error As above.
import challenge from 'oidc-provider/lib/shared/set_www_authenticate_header.js'

type Step = (ctx: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void>

interface Router {
  get(name: string, path: string, ...steps: Step[]): void
  post(name: string, path: string, ...steps: Step[]): void
  options(name: string, path: string, ...steps: Step[]): void
}

/** A route that is asked with an access token. */
export interface ProtectedRoute {
  name: string
  path: string
  methods: readonly ('GET' | 'POST')[]
  /** Sees everything of the request, and what became of it. */
  around: Step
  answer: Step
}

const maxAgeSeconds = 3600

/** Serves a route with what surrounds userinfo: CORS, a body that may carry the token, challenges and errors. */
export function addProtectedRoute(provider: Provider, { name, path, methods, around, answer }: ProtectedRoute): void {
  const { router } = readInternals(provider) as { router?: Router }
  if (typeof router?.options !== 'function') {
    throw new Error('Failed to add a route: this oidc-provider keeps its router elsewhere')
  }
  const begin = beginIn(provider)
  const exposeHeaders = 'WWW-Authenticate, DPoP-Nonce'
  const crossOrigin: Step = cors({ allowMethods: methods.join(), maxAge: maxAgeSeconds, exposeHeaders })
  // A body of any other kind is the API's own matter.
  const form: Step = (ctx, next) => {
    if (ctx.is('application/x-www-form-urlencoded')) return urlencoded(ctx, next)
    Object.assign(ctx.oidc, { body: {} })
    return next()
  }
  const params: Step = (ctx, next) => assembleParams(new Set(['access_token']), ctx, next)
  const steps = [begin, crossOrigin, around, answerErrors('resource.error'), noCache, challenge(), form, params]
  if (methods.includes('GET')) router.get(name, path, ...steps, answer)
  if (methods.includes('POST')) router.post(name, path, ...steps, answer)
  router.options(`cors.${name}`, path, begin, crossOrigin, async () => {})
}

/** Makes a request known to whatever of the provider is asked while it is answered. */
function beginIn(provider: Provider): Step {
  const { OIDCContext } = provider as unknown as { OIDCContext: new (ctx: KoaContextWithOIDC) => object }
  return function begin(ctx, next) {
    let oidc: object | undefined
    Object.defineProperty(ctx, 'oidc', {
      get() {
        oidc ??= new OIDCContext(ctx)
        return oidc
      },
    })
    return running.run(ctx, next)
  }
}

/** What a request has proven of its sender. */
interface SenderProof {
  thumbprint: string
  jti: string
}

/** The access token of a request, by header or body, and the proof that came with it. */
export async function readAccessToken(
  provider: Provider,
  ctx: KoaContextWithOIDC,
): Promise<{ value: string; proof: SenderProof | undefined }> {
  const { oidc } = ctx as unknown as { oidc: { getAccessToken(options: { acceptDPoP: true }): string } }
  const { features } = readInternals(provider) as { features: { dPoP: { enabled?: boolean } } }
  // Who knows no proofs does not ask for one.
  if (!features.dPoP.enabled && /^dpop /i.test(ctx.get('authorization'))) {
    throw new errors.InvalidRequest('authorization header scheme must be `Bearer`')
  }
  const value = oidc.getAccessToken({ acceptDPoP: true })
  return { value, proof: await validateProof(provider, ctx, value) }
}

/** Spends a proof of possession. @throws ErrorClass where it was used before */
export async function spendProof(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  proof: SenderProof | undefined,
  clientId: string,
  ErrorClass: new (message: string) => Error,
): Promise<void> {
  await checkDpopReplay(provider, ctx, proof, clientId, ErrorClass)
}

/** The thumbprint of the certificate that a request came with; undefined where it came with none. */
export function certificateOf(provider: Provider, ctx: KoaContextWithOIDC): string | undefined {
  const { features } = readInternals(provider) as {
    features: { mTLS: { enabled?: boolean; getCertificate(ctx: KoaContextWithOIDC): unknown } }
  }
  if (!features.mTLS.enabled) return undefined
  const certificate = features.mTLS.getCertificate(ctx)
  return certificate === undefined || certificate === null ? undefined : thumbprintOf(certificate)
}
