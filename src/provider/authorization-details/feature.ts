import {
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
  type RichAuthorizationRequestsActiveConfiguration,
} from 'oidc-provider'
import { type AuthorizationDetail, detailMistake } from '../../domain/authorization-details.ts'
import { grantTypeAliases } from '../../domain/client.ts'
import type { IssuerContext } from '../context.ts'
import { detailsOf, narrowed } from './asked.ts'

type RichRequests = RichAuthorizationRequestsActiveConfiguration &
  Required<Pick<RichAuthorizationRequestsActiveConfiguration, 'authorizationDetailsForIntrospection'>>

/** Grants that somebody has approved before their token request, in detail where they were asked to. */
const approvedGrants: ReadonlySet<string> = new Set([
  'authorization_code',
  'refresh_token',
  grantTypeAliases.device_code as string,
  grantTypeAliases.ciba as string,
])

interface WithDetails {
  rar?: readonly AuthorizationDetail[] | undefined
}

/**
 * How an issuer takes authorization details of the types that it declares; where it declares none, not at all.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9396 RFC 9396}
 */
export function richAuthorizationRequests({ settings }: Pick<IssuerContext, 'settings'>): RichRequests {
  const types = Object.entries(settings.authorization_details).map(([name, declared]) => {
    function validate(_ctx: KoaContextWithOIDC, detail: AuthorizationDetail): void {
      const mistake = detailMistake(detail, declared)
      if (mistake !== undefined) throw new errors.InvalidAuthorizationDetails(mistake)
    }
    return [name, { validate }] as const
  })
  return {
    enabled: types.length > 0,
    types: Object.fromEntries(types),
    // Who consents, consents to all that is asked for.
    authorizationDetailsForGrantSource: (ctx: KoaContextWithOIDC) => detailsOf(ctx),
    authorizationDetailsForAccessToken: (
      ctx: KoaContextWithOIDC,
      _token: unknown,
      source: WithDetails | undefined,
      grantType: string | undefined,
    ) => narrowed(detailsOf(ctx), source?.rar ?? (approvedGrants.has(grantType ?? '') ? [] : undefined)),
    authorizationDetailsForIntrospection: (_ctx: unknown, token: WithDetails) => token.rar,
  } as unknown as RichRequests
}

/** Authorization details are agreed to each time that they are asked for, unless the client's consent is skipped. */
export function detailsPrompt({ clients }: Pick<IssuerContext, 'clients'>): interactionPolicy.Check {
  const { Check } = interactionPolicy
  return new Check('details_prompt', 'authorization_details were requested', 'consent_required', (ctx) => {
    const isAsked = detailsOf(ctx) !== undefined && ctx.oidc.result?.consent === undefined
    const isSkipped = clients.get(ctx.oidc.client?.clientId ?? '')?.consent === 'skip'
    return isAsked && !isSkipped ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT
  })
}
