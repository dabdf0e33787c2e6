import { authorizationReasons } from './authorization.ts'
import { clientReasons } from './clients.ts'
import { grantReasons } from './grants.ts'
import type { Reason, Refusal } from './refusal.ts'
import { registrationReasons } from './registration.ts'
import { requestReasons, serverReasons } from './request.ts'
import { tokenReasons } from './tokens.ts'

/** The first that applies tells; the last always does. */
const reasons: Readonly<Record<'before' | 'after', readonly Reason[]>> & { at(endpoint: string): readonly Reason[] } = {
  before: requestReasons,
  at(endpoint) {
    switch (endpoint) {
      case 'token':
        return [...clientReasons, ...grantReasons]
      case 'userinfo':
      case 'resource':
        return tokenReasons
      case 'registration':
        return registrationReasons
      case 'introspection':
      case 'revocation':
        return [...tokenReasons, ...clientReasons]
      default:
        return [...clientReasons, ...authorizationReasons, ...grantReasons]
    }
  },
  after: serverReasons,
}

/** Explains to people who are new to OAuth what was wrong with a request that was refused, and what to do. */
export function explain(refusal: Refusal): string {
  const applies = ({ said, error, if: holds }: Reason) =>
    (said === undefined || said.test(refusal.said)) &&
    (error === undefined || error === refusal.error) &&
    (holds === undefined || holds(refusal))
  const all = [...reasons.before, ...reasons.at(refusal.endpoint), ...reasons.after]
  return all.find(applies)?.why(refusal) ?? refusal.said
}
