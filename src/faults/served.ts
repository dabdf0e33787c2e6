import type { Endpoint } from '../domain/exchange.ts'
import { isRegex, listOf } from '../domain/words.ts'
import { dpopCodes } from './endpoint/resource.ts'
import type { Mistake } from './fault.ts'
import type { TokenType } from './jwt.ts'
import type { Plan } from './plan.ts'
import { selectGrantTypes } from './reach.ts'
import type { When } from './spec.ts'

/** What an issuer has of the protocol. */
export interface Served {
  /** Whom it plays. */
  persona: string
  endpoints: ReadonlySet<Endpoint>
  /** Short names; undefined: all that there are. */
  grantTypes: readonly string[] | undefined
  /** The members that token answers can have; undefined: all that there are. */
  tokenMembers: ReadonlySet<string> | undefined
  /** Whether it is an OpenID provider. */
  openid: boolean
  /** Whether its authorization responses may say which issuer they come from (RFC 9207). */
  responseIss: boolean
  /** Whether it takes proofs of keys (RFC 9449). */
  dpop: boolean
}

/** The tokens that OpenID providers alone sign. */
const openidTokens: ReadonlySet<TokenType> = new Set(['id_token', 'userinfo', 'logout_token'])

/** Why what a plan is about never happens at an issuer; undefined where it may. */
export function unservedness({ steps, endpoints, grantTypes }: Plan, when: When, served: Served): Mistake | undefined {
  const names = [...new Set(steps.flatMap((step) => (step ? `"${step.fault.name}"` : [])))].join(' and ')
  const at = [...endpoints].filter((endpoint) => served.endpoints.has(endpoint))
  const named = listOf(when.endpoint ?? [])
  const lacking = [...endpoints].find((endpoint) => named.includes(endpoint) && !served.endpoints.has(endpoint))
  if (lacking !== undefined || at.length === 0) {
    const missing = lacking ?? [...endpoints].join(' or ')
    return {
      path: when.endpoint === undefined ? [] : ['when', 'endpoint'],
      message: `${served.persona} has no ${missing}, where ${names} would fire. It has ${[...served.endpoints].join(', ')}`,
    }
  }
  const missing = unmade(steps, served) ?? unsaid(steps, served) ?? unproven(steps, served)
  if (missing !== undefined || at.some((endpoint) => endpoint !== 'token')) return missing
  return ungranted(names, grantTypes, when, served) ?? untold(steps, served)
}

/** Why no token request can be meant. */
function ungranted(
  names: string,
  possible: Plan['grantTypes'],
  when: When,
  { persona, grantTypes }: Served,
): Mistake | undefined {
  if (grantTypes === undefined) return undefined
  const had = grantTypes.filter((grant) => possible === undefined || possible.includes(grant))
  const path = when.grant_type === undefined ? [] : ['when', 'grant_type']
  const asked = when.grant_type
  const strangers = listOf(asked ?? []).filter((word) => !isRegex(word) && selectGrantTypes(word, had).length === 0)
  const isInVain = had.length === 0 || (asked !== undefined && selectGrantTypes(asked, had).length === 0)
  if (!isInVain && strangers.length === 0) return undefined
  const grants = strangers.length > 0 ? strangers : (possible ?? [])
  const what = grants.length > 0 ? `the grant ${grants.join(' or ')}` : 'such a grant'
  return {
    path,
    message: `${persona} has not got ${what}, with which ${names} would fire. It has ${grantTypes.join(', ')}`,
  }
}

/** Why no token is ever signed that the steps could change. */
function unmade(steps: Plan['steps'], { persona, openid }: Served): Mistake | undefined {
  for (const step of openid ? [] : steps) {
    if (step?.fault.acts !== 'token' || !step.fault.tokens.every((token) => openidTokens.has(token))) continue
    const { name, tokens } = step.fault
    const message = `${persona} is no OpenID provider: it never makes an ${tokens.join(' or ')}, which "${name}" would change. If it is for access tokens too, say so by when.token`
    return { path: [], message }
  }
  return undefined
}

/** Why no authorization response ever says what the steps could change. */
function unsaid(steps: Plan['steps'], { persona, responseIss }: Served): Mistake | undefined {
  const step = steps.find((each) => each?.fault.acts === 'response' && each.fault.member === 'iss')
  if (responseIss || step === undefined) return undefined
  const message = `no authorization response of ${persona} has the parameter iss, which "${step.fault.name}" would change. A persona that extends it with response_iss: true has`
  return { path: [], message }
}

/** Why nobody is ever told what is wrong with a proof. */
function unproven(steps: Plan['steps'], { persona, dpop }: Served): Mistake | undefined {
  const step = dpop ? undefined : steps.find((each) => dpopCodes.some(({ name }) => name === each?.fault.name))
  return step && { path: [], message: `${persona} knows no DPoP, of which "${step.fault.name}" would tell` }
}

/** Why there is nothing in a token answer that the steps could change. */
function untold(steps: Plan['steps'], { persona, tokenMembers }: Served): Mistake | undefined {
  for (const step of steps) {
    if (step?.fault.acts !== 'rewrite' || tokenMembers === undefined) continue
    const { name, member } = step.fault
    if (member === undefined || tokenMembers.has(member)) continue
    const message = `no token answer of ${persona} has the member ${member}, which "${name}" would change. They have ${[...tokenMembers].join(', ')}`
    return { path: [], message }
  }
  return undefined
}
