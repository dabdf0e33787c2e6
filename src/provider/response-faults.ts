import type { KoaContextWithOIDC } from 'oidc-provider'
import type { AuthorizationResponse } from '../faults/fault.ts'
import type { IssuerContext } from './context.ts'
import { currentExchange } from './current-exchange.ts'
import type { ResponseMode } from './private.ts'

type Fields = Parameters<ResponseMode>[2]

/**
 * Has the faults that a response meets change it.
 *
 * @param mode its response mode, such as `query` or `form_post.jwt`
 * @returns what is to be sent and how, by a mode of the same kind; undefined: the browser stays where it is
 */
export async function meetResponseFaults(
  issuer: IssuerContext,
  ctx: KoaContextWithOIDC,
  { mode, fields }: { mode: string; fields: Fields },
): Promise<{ mode: string; fields: Fields; deliveries?: number | undefined } | undefined> {
  const exchange = currentExchange()
  const { client, session, params } = ctx.oidc
  const scope = params?.scope === undefined ? undefined : String(params.scope).split(' ')
  const user = issuer.users.bySub(session?.accountId ?? '')?.username
  const holder = { client: client?.clientId, user, scope }
  const fired = exchange && (await issuer.responseFaults(exchange, holder))
  if (fired === undefined || fired.length === 0) return { mode, fields }
  const isSigned = mode.endsWith('jwt')
  const facts = { issuer: ctx.oidc.provider.issuer, isSigned }
  const whole: AuthorizationResponse = {
    fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)])),
    mode: plainMode(mode, params?.response_type),
  }
  const changed = fired.reduce((response, { respond }) => respond(response, facts), whole)
  if (changed.mode === 'nowhere') return undefined
  const { deliveries } = changed
  return { mode: isSigned ? `${changed.mode}.jwt` : changed.mode, fields: changed.fields, deliveries }
}

/** How a response travels, signed or not. */
function plainMode(mode: string, responseType: unknown): 'query' | 'fragment' | 'form_post' {
  const [base] = mode.split('.')
  if (base === 'query' || base === 'fragment' || base === 'form_post') return base
  return String(responseType).includes('token') ? 'fragment' : 'query'
}
