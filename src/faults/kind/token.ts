import type * as z from 'zod'
import { endpointsOfTokens, type Jwt, type MutatedJwt, type TokenFacts, type TokenType } from '../jwt.ts'
import type { ClientVerdict, FaultBase } from './base.ts'

/** A fault that changes a token before it is signed, and says how to sign it. It never signs itself. */
export interface TokenFault<Params extends z.ZodType = z.ZodType, Name extends string = string>
  extends FaultBase<Params, Name> {
  acts: 'token'
  /** The tokens it can change; the first is meant where none is named. */
  tokens: readonly TokenType[]
  /** What a correct client does, for those tokens where it is something else than `client` says. */
  clientOf?: Partial<Record<TokenType, ClientVerdict>>
  patch(jwt: Jwt, params: z.output<Params>, facts: TokenFacts): MutatedJwt
  /** Why an issuer with so many keys in its JWKS cannot sign such a token; undefined where it can. */
  unfit?(keyCount: number): string | undefined
}

/** Declares a fault of signed tokens; it fires where they are signed. */
export function defineTokenFault<const Name extends string, Params extends z.ZodType>(
  fault: Omit<TokenFault<Params, Name>, 'acts' | 'endpoints' | 'alsoAt'>,
): TokenFault<Params, Name> {
  return { acts: 'token', endpoints: endpointsOfTokens(fault.tokens, fault.grantTypes), ...fault }
}
