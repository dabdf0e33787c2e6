import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { errorText } from '../domain/error-text.ts'
import type { AuthorizationFault, IssuerContext } from './context.ts'
import { pageClient, pageIssuer } from './pages.ts'
import { createResponseShape } from './persona/answers.ts'
import { internals, type ResponseMode } from './private.ts'
import { meetResponseFaults } from './response-faults.ts'

type Fields = Parameters<ResponseMode>[2]

/** What the forms that have just been shown post. */
const postedForms = new WeakMap<KoaContextWithOIDC, { action: string; fields: Record<string, string> }>()

/**
 * Completes how an authorization is answered: a fault's `error_uri`, which the provider does not know of, travels by
 * every response mode; faults of responses change them; and the form that takes an answer to the client is a page of
 * ours, with a button.
 *
 * @see {@link https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html OAuth 2.0 Form Post Response Mode}
 */
export function completeResponses(provider: Provider, issuer: IssuerContext): void {
  const { responseModes, configuration } = internals(provider)
  const { renderError } = configuration
  const own = new Map(responseModes)
  const shape = createResponseShape(issuer)

  async function respond(ctx: KoaContextWithOIDC, target: string, name: string, fields: Fields): Promise<void> {
    const [base, signed] = name.split('.')
    // Of signed responses the provider looks here for how they travel.
    if (signed !== undefined) Object.assign(ctx.oidc.params ?? {}, { response_mode: name })
    await own.get(name)?.(ctx, target, fields)
    if (base !== 'form_post') return
    const sent = signed === undefined ? fields : { response: signedResponse(String(ctx.body)) }
    await showForm(issuer, ctx, target, sent)
  }

  /** Who cannot be told in secret is not told in the open, nor sent away with nothing: the page is for its developer. */
  async function showUntold(ctx: KoaContextWithOIDC, error: unknown): Promise<void> {
    if (!(error instanceof errors.InvalidClientMetadata)) throw error
    provider.emit('authorization.error', ctx, error)
    ctx.status = error.statusCode
    const { error: code, error_description = '' } = error
    await renderError(ctx, { error: code, error_description }, error)
  }

  for (const asked of own.keys()) {
    responseModes.set(asked, async function respondWhole(ctx, target, told) {
      const met = await meetResponseFaults(issuer, ctx, {
        mode: asked,
        fields: shape(
          ctx,
          withError(ctx, issuer.persona.response_iss === false ? withoutIss(told) : withIss(ctx, asked, told)),
        ),
      })
      if (met === undefined) return stay(issuer, ctx)
      try {
        await respond(ctx, target, met.mode, met.fields)
      } catch (error) {
        return showUntold(ctx, error)
      }
      if (met.deliveries === 2) await showTwice(issuer, ctx)
    })
  }
}

/** Has the browser take what it was about to take to the client there twice: by a page with a frame. */
async function showTwice(issuer: IssuerContext, ctx: KoaContextWithOIDC): Promise<void> {
  const posted = postedForms.get(ctx)
  const location = posted === undefined ? ctx.response.get('location') : undefined
  ctx.remove('location')
  ctx.status = 200
  ctx.type = 'html'
  const { protocol, origin } = new URL(posted?.action ?? location ?? '')
  ctx.state.isFramed = true
  ctx.state.frameOrigins = [origin === 'null' ? protocol : origin]
  ctx.body = await issuer.render('twice', {
    issuer: pageIssuer(issuer, ctx.req),
    client: ctx.oidc.client && pageClient(ctx.oidc.client),
    ...(posted ?? { next: location }),
  })
}

async function stay(issuer: IssuerContext, ctx: KoaContextWithOIDC): Promise<void> {
  ctx.type = 'html'
  ctx.status = 200
  ctx.body = await issuer.render('error', {
    issuer: pageIssuer(issuer, ctx.req),
    status: 200,
    error: 'never-returns',
    description: 'The browser would go back to the client now. A fault keeps it here.',
  })
}

/**
 * Every response says which issuer it comes from, also where an ID token in it says so already; a signed one does so by itself.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9207#section-2 RFC 9207 section 2}
 */
function withIss({ oidc }: KoaContextWithOIDC, mode: string, fields: Fields): Fields {
  return mode.endsWith('jwt') ? fields : { ...fields, iss: oidc.provider.issuer }
}

function withoutIss({ iss: _, ...fields }: Fields): Fields {
  return fields
}

/** An error as a fault says it, else described by the characters that OAuth has for it. */
function withError(ctx: KoaContextWithOIDC, fields: Fields): Fields {
  const { error, error_description: description } = fields
  if (error === undefined) return fields
  const { fault } = ctx.state as { fault?: AuthorizationFault }
  if (fault === undefined)
    return typeof description === 'string' ? { ...fields, error_description: errorText(description) } : fields
  const { error_uri: uri } = fault.body
  return typeof uri === 'string' ? { ...fields, error_uri: uri } : fields
}

/** The one field of a form with a signed response; a JWT has nothing that HTML would escape. */
function signedResponse(form: string): string {
  return / name="response" value="([\w.-]+)"/.exec(form)?.[1] ?? ''
}

async function showForm(issuer: IssuerContext, ctx: KoaContextWithOIDC, target: string, fields: Fields): Promise<void> {
  const texts = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]))
  postedForms.set(ctx, { action: target, fields: texts })
  ctx.body = await issuer.render('post', {
    issuer: pageIssuer(issuer, ctx.req),
    client: ctx.oidc.client && pageClient(ctx.oidc.client),
    action: target,
    fields: texts,
  })
}
