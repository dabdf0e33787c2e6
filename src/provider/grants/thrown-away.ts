import type { TokenType } from '../../faults/jwt.ts'

const thrownAway = new WeakMap<object, readonly TokenType[]>()

/** Tells that a request makes tokens which nobody will see, since its answer carries another: no fault is spent on them. */
export function throwAway(ctx: object, tokens: readonly TokenType[]): void {
  thrownAway.set(ctx, tokens)
}

/** Whether {@link throwAway} was told of such a token for a request. */
export function isThrownAway(ctx: object | undefined, token: TokenType): boolean {
  return ctx !== undefined && thrownAway.get(ctx)?.includes(token) === true
}
