import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { allScopes, releasedClaims } from '../../domain/claims.ts'
import { errorText } from '../../domain/error-text.ts'
import { indicatorOf, methodsOf, neededScopes, type Resource, shownClaimsOf } from '../../domain/resource.ts'
import { userStates } from '../../domain/user.ts'
import { claimsOf } from '../accounts.ts'
import type { IssuerContext } from '../context.ts'
import { addProtectedRoute, certificateOf, readAccessToken, spendProof } from '../private-routes.ts'
import { metadataUrl } from './metadata.ts'
import { audiencesOf, indicatorsOf } from './targets.ts'

/** A token that may be good here. */
interface FoundToken {
  kind: string
  clientId: string
  accountId?: string
  grantId?: string
  scope?: string
  scopes: Set<string>
  aud?: string
  jkt?: string
  'x5t#S256'?: string
  extra?: { aud?: string | string[] }
}

/**
 * Serves the declared resources that have a path: a user's claims, or what there is to say to a client, for whoever
 * brings an access token that is good there.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750 RFC 6750}
 */
export function serveResources(provider: Provider, issuer: IssuerContext): void {
  for (const [name, resource] of Object.entries(issuer.settings.resources)) {
    const { path } = resource
    if (path === undefined) continue
    addProtectedRoute(provider, {
      name: `resource.${name}`,
      path,
      methods: methodsOf(resource),
      around: (ctx, next) => completeChallenge(ctx, next, metadataUrl(issuer, name, resource, ctx)),
      async answer(ctx) {
        const token = await goodToken(provider, ctx)
        checkAudience(issuer, name, resource, token, ctx)
        await checkHolder(provider, issuer, token, ctx)
        const app = token.accountId === undefined ? resource.app : undefined
        checkScopes(app?.scopes ?? (app ? [] : neededScopes(resource, ctx.method)), token)
        ctx.body = app ? { ...app.body } : { ...resource.body, ...(await shown(issuer, resource, token)) }
      },
    })
  }
}

/** Tells in each challenge where the resource describes itself, and what scopes it would have needed. */
async function completeChallenge(
  ctx: KoaContextWithOIDC,
  next: () => Promise<void>,
  described: string | undefined,
): Promise<void> {
  await next()
  const told = ctx.response.get('www-authenticate') as string | string[]
  if (ctx.status < 400 || told.length === 0 || described === undefined) return
  const challenges = [told].flat().map((challenge) => `${challenge}, resource_metadata="${described}"`)
  ctx.set('www-authenticate', challenges)
}

async function goodToken(provider: Provider, ctx: KoaContextWithOIDC): Promise<FoundToken> {
  const { value, proof } = await readAccessToken(provider, ctx)
  const found = (await provider.AccessToken.find(value)) ?? (await provider.ClientCredentials.find(value))
  const token = found as unknown as FoundToken | undefined
  if (token === undefined) throw invalidToken('access token not found')
  ctx.oidc.entity(token.kind as 'AccessToken', found as never)
  await spendProof(provider, ctx, proof, token.clientId, errors.InvalidToken as never)
  if (token['x5t#S256'] !== undefined && token['x5t#S256'] !== certificateOf(provider, ctx)) {
    throw invalidToken('the access token is bound to the certificate of another connection')
  }
  if (token.jkt !== proof?.thumbprint) {
    throw invalidToken(
      token.jkt === undefined
        ? 'the access token is not bound to a key, and there is a DPoP proof'
        : 'the access token is bound to a key, and there is no DPoP proof of it',
    )
  }
  return token
}

/** A token is for this resource, or for none in particular where the resource is no more than a place here. */
function checkAudience(
  issuer: IssuerContext,
  name: string,
  resource: Resource,
  { aud, extra, clientId }: FoundToken,
  ctx: KoaContextWithOIDC,
): void {
  const client = issuer.clients.get(clientId)
  const usual = client?.access_token?.audience ?? issuer.settings.access_token.audience
  const named = [aud ?? extra?.aud ?? usual ?? []].flat()
  const indicators = indicatorsOf(name, resource, issuer, ctx.req)
  const good = [...indicators, ...audiencesOf(indicators, resource)]
  if (named.some((each) => good.includes(each))) return
  const isPlace = indicatorOf(name, resource) === undefined && resource.access_token?.audience === undefined
  if (isPlace && aud === undefined) return
  const meant = named.length === 0 ? 'no resource in particular' : named.join(' ')
  throw invalidToken(`the access token is for ${meant}, and this is ${indicators[0]}`)
}

async function checkHolder(
  provider: Provider,
  { users }: IssuerContext,
  { clientId, accountId, grantId }: FoundToken,
  { oidc }: KoaContextWithOIDC,
): Promise<void> {
  const client = await provider.Client.find(clientId)
  if (client === undefined) throw invalidToken('associated client not found')
  oidc.entity('Client', client)
  if (accountId === undefined) return
  const user = users.bySub(accountId)
  if (user === undefined || !userStates[user.state].keep) throw invalidToken('associated account not found')
  const grant = grantId === undefined ? undefined : await provider.Grant.find(grantId)
  if (grant === undefined) throw invalidToken('grant not found')
}

function checkScopes(needed: readonly string[], { scopes }: FoundToken): void {
  if (needed.every((scope) => scopes.has(scope))) return
  const lacking = new errors.InsufficientScope(
    'the access token lacks a scope that this resource needs',
    needed.join(' '),
  )
  throw Object.assign(lacking, { error_detail: `it needs ${needed.join(' ')}` })
}

/** What a good token sees: of its user, else of its client. */
async function shown(
  issuer: IssuerContext,
  resource: Resource,
  { accountId, clientId, scopes }: FoundToken,
): Promise<Record<string, unknown>> {
  const granted = [...scopes]
  const client = issuer.clients.get(clientId)
  const user = accountId === undefined ? undefined : issuer.users.bySub(accountId)
  const own = user
    ? { ...(await claimsOf(user, issuer.hooks, { scope: granted, client: clientId })), sub: user.sub }
    : { ...client?.claims, sub: clientId }
  const known: Record<string, unknown> = { username: user?.username, client_id: clientId, ...own }
  if (resource.claims !== undefined) return shownClaimsOf(resource, granted, known)
  if (user === undefined) return own
  const released = releasedClaims(own, granted, allScopes(issuer.settings.scopes))
  return { sub: user.sub, ...Object.fromEntries(released.map((claim) => [claim, known[claim]])) }
}

function invalidToken(description: string): Error {
  const error = new errors.InvalidToken(description)
  // It goes into a header, which takes fewer characters than what is told of may have.
  return Object.assign(error, { error_description: errorText(description) })
}
