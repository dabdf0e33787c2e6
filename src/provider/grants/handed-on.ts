/** Claims that a grant gives to the access tokens of its request. */
const handedOn = new WeakMap<object, Record<string, unknown>>()

/** Lets the access tokens of a request say more: who acts in whose name. */
export function handOn(ctx: object, claims: Record<string, unknown>): void {
  handedOn.set(ctx, { ...handedOn.get(ctx), ...claims })
}

/** What {@link handOn} was told for a request. */
export function handedOnBy(ctx: object | undefined): Record<string, unknown> | undefined {
  return ctx === undefined ? undefined : handedOn.get(ctx)
}
