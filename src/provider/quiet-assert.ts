let usualLimit = 10

function assertQuietly(value: unknown, error: Error): void {
  Error.stackTraceLimit = usualLimit
  if (!value) throw error
}

/**
 * Prepares the contexts of an application for the provider: its checks make an error before they know whether they
 * need it, and tracing the stack of each is a quarter of a userinfo request.
 *
 * Reading `assert` comes before its arguments are made, and calling it after, so the tracing is off for just that long
 * and for nobody else.
 */
export function assertWithoutTracing(context: object): void {
  Object.defineProperty(context, 'assert', {
    get() {
      if (Error.stackTraceLimit !== 0) usualLimit = Error.stackTraceLimit
      Error.stackTraceLimit = 0
      return assertQuietly
    },
  })
}
