import type Provider from 'oidc-provider'
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { AuthorizationDetail } from '../../domain/authorization-details.ts'
import { detailsOf, narrowed } from '../authorization-details/asked.ts'
import { knownScopes } from '../known-scopes.ts'
import { askedResources, askedScopes, bindToken, issueTokens, senderConstraints } from '../private.ts'
import { handOn } from './handed-on.ts'

/** For whom a token request gets tokens, and how the person was known. */
export interface Granted {
  /** The subject identifier. */
  sub: string
  /** Left out: those that the request asks for. */
  scope?: readonly string[] | undefined
  /** Authorization details that tokens can be for at most. Left out: those that the request asks for. */
  details?: readonly AuthorizationDetail[] | undefined
  /** When the person signed in, in seconds since the epoch. Left out: nobody did. */
  authTime?: number | undefined
  amr?: string[]
  /** The name of the grant, short. */
  grantType: string
}

/** Answers a token request of a grant that needs no stored code: makes the grant, and the tokens under it. */
export async function grantTokens(provider: Provider, ctx: KoaContextWithOIDC, granted: Granted): Promise<void> {
  const { sub, authTime, amr, grantType } = granted
  const rar = grantedDetails(ctx, granted)
  const { client } = ctx.oidc
  const constraints = await senderConstraints(provider, ctx)
  const scope = knownScopes(provider, granted.scope ?? askedScopes(provider, ctx)).join(' ')
  const resources = await askedResources(provider, ctx)
  const grant = new provider.Grant({ accountId: sub, clientId: client?.clientId as string })
  grant.addOIDCScope(scope)
  for (const resource of resources) grant.addResourceScope(resource, scope)
  const grantId = await grant.save()
  ctx.oidc.entity('Grant', grant)
  const resource = resources.length > 1 ? resources : resources[0]
  // Never saved: the shape in which the provider takes what tokens are made from.
  const Source = provider.AuthorizationCode as unknown as new (members: object) => object
  const source = new Source({ accountId: sub, client, grantId, scope, resource, rar, authTime, amr })
  await issueTokens(provider, ctx, source, grant, { ...constraints, gty: grantType, entityLabel: grantType })
}

/**
 * Answers with an access token in the name of a service: of the client itself, or of another that it acts for.
 *
 * @param sub the client id of that service
 */
export async function grantMachineToken(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  { sub, scope, details }: Pick<Granted, 'sub' | 'scope' | 'details'>,
): Promise<void> {
  const client = ctx.oidc.client as NonNullable<typeof ctx.oidc.client>
  const constraints = await senderConstraints(provider, ctx)
  const words = knownScopes(provider, scope ?? askedScopes(provider, ctx)).join(' ') || undefined
  const token = new provider.ClientCredentials({ client, scope: words } as ConstructorParameters<
    typeof provider.ClientCredentials
  >[0])
  const rar = grantedDetails(ctx, { details })
  Object.assign(token, { rar })
  await bindToken(provider, ctx, token, constraints)
  const [resource, ...others] = await askedResources(provider, ctx)
  if (others.length > 0) throw new errors.InvalidTarget('a token is for one resource alone')
  if (resource !== undefined) {
    const server = ctx.oidc.resourceServers?.[resource] as InstanceType<typeof provider.ResourceServer>
    token.resourceServer = server
    token.scope =
      words
        ?.split(' ')
        .filter((each) => server.scope.split(' ').includes(each))
        .join(' ') || undefined
  }
  if (sub !== client.clientId) handOn(ctx, { sub })
  ctx.oidc.entity('ClientCredentials', token)
  const value = await token.save()
  ctx.body = {
    access_token: value,
    expires_in: token.expiration,
    token_type: token.tokenType,
    // Where none that is asked for is one of the resource, too, the answer says so.
    ...(words !== undefined && { scope: token.scope ?? '' }),
    ...(rar !== undefined && { authorization_details: rar }),
  }
}

/** Undefined where there are none: the provider keeps no empty list. */
function grantedDetails(ctx: KoaContextWithOIDC, { details }: Pick<Granted, 'details'>) {
  const granted = narrowed(detailsOf(ctx), details)
  return granted?.length ? granted : undefined
}
