import { createHash } from 'node:crypto'
import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { readClaims } from '../access-token.ts'
import { createFetch } from '../calls.ts'
import type { IssuerContext } from '../context.ts'
import { takeReferences } from '../private-stacks.ts'

/** Longer ones need not be taken. @see {@link https://openid.net/specs/openid-connect-core-1_0.html#RequestUriParameter OpenID Connect Core 6.2} */
const longestUri = 512

const largestBytes = 65_536

const patienceMs = 5000

/** A SHA-256 digest, base64url. */
const digestPattern = /^[\w-]{43}$/

type Load = (ctx: KoaContextWithOIDC, uri: string) => Promise<string>

const loaders = new WeakMap<Provider, Load>()

/**
 * Has a provider fetch request objects that clients refer to.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9101#section-5.2 RFC 9101 section 5.2}
 */
export function serveReferences(provider: Provider, issuer: IssuerContext): void {
  if (issuer.settings.request_objects.request_uri) loaders.set(provider, createLoader(issuer))
}

takeReferences(async (ctx, uri) => {
  const load = loaders.get(ctx.oidc.provider)
  if (load === undefined) throw new errors.RequestUriNotSupported('request objects are not taken by reference here')
  return load(ctx, uri)
}, requireOwn)

/** @see {@link https://www.rfc-editor.org/rfc/rfc9126#section-2.2 RFC 9126 section 2.2} */
function requireOwn({ oidc }: KoaContextWithOIDC, pushed: string): void {
  if (readClaims(pushed)?.client_id === oidc.client?.clientId) return
  // What it says is none of this client's business: not even its state.
  Object.assign(oidc.params ?? {}, { request: undefined })
  throw wrong('the request there was pushed by another client')
}

function createLoader(issuer: IssuerContext): Load {
  const fetchRecorded = createFetch(issuer)
  const { require_request_uri_registration: mustBeRegistered } = issuer.settings.request_objects

  return async function loadRequestObject(ctx, uri) {
    const { hash, protocol } = readable(uri)
    const [bare = uri] = uri.split('#', 1)
    const registered = issuer.clients.get(ctx.oidc.client?.clientId ?? '')?.request_uris ?? []
    if (mustBeRegistered && !registered.some((each) => each === uri || each.split('#', 1)[0] === bare)) {
      throw wrong('it is not one of the request_uris that the client has registered')
    }
    if (protocol !== 'https:' && protocol !== 'http:') throw wrong('it must be an https or http URL')
    const text = await load(bare)
    const digest = hash.slice(1)
    const isTold = digestPattern.test(digest)
    if (isTold && createHash('sha256').update(text).digest('base64url') !== digest) {
      throw wrong('what it holds has not the SHA-256 digest of its fragment')
    }
    return text.trim()
  }

  async function load(url: string): Promise<string> {
    const response = await fetchRecorded(url, {
      headers: { accept: 'application/oauth-authz-req+jwt, application/jwt' },
      // Where it leads to is not registered.
      redirect: 'manual',
      signal: AbortSignal.timeout(patienceMs),
    }).catch(() => {
      throw wrong('nothing answers there')
    })
    if (response.status !== 200) throw wrong(`what answers there says ${response.status}`)
    return read(response).catch((error: unknown) => {
      throw error instanceof errors.InvalidRequestUri ? error : wrong('what answers there breaks off')
    })
  }
}

function readable(uri: string): URL {
  if (uri.length > longestUri) throw wrong(`it is longer than ${longestUri} characters`)
  const url = URL.parse(uri)
  if (url === null) throw wrong('it is no absolute URL')
  return url
}

async function read(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > largestBytes) throw wrong(`what it holds is larger than ${largestBytes / 1024} KiB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function wrong(why: string): Error {
  return new errors.InvalidRequestUri(`the request_uri cannot be used: ${why}`)
}
