import { AsyncLocalStorage } from 'node:async_hooks'

/** By which name whoever is signed for knows the issuer. */
const known = new AsyncLocalStorage<string>()

/** Does something for a client other than the one that asks, who knows the issuer by this name. */
export function addressed<Result>(issuer: string, act: () => Result): Result {
  return known.run(issuer, act)
}

/** The name of the issuer that is being used for somebody other than the one who asks. */
export function addressedIssuer(): string | undefined {
  return known.getStore()
}
