import type { JWK } from 'jose'
import type { Mutation } from './token-faults.ts'

/** What somebody who asks for a token by hand wishes it to be, over what the issuer would make of it. */
export interface Wish {
  /** Over all others, but for the handle of a stored token. */
  claims?: Readonly<Record<string, unknown>>
  /** What signs it, and how. Default: as always. */
  key?: { jwk: JWK; alg: string } | undefined
  /** Faults that change it. */
  mutations?: readonly Mutation[]
}

const wishes = new WeakMap<object, Wish>()

/** Remembers what is wished of a token of the provider's until it is signed. */
export function wish(token: object, wished: Wish): void {
  wishes.set(token, wished)
}

/** What is wished of a token; undefined of all that clients come by themselves. */
export function wishFor(token: object): Wish | undefined {
  return wishes.get(token)
}
