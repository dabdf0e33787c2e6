import type { Context } from 'koa'

/** Given once nobody waits for the answer any more, or has all of it. */
export function goneSignal({ res }: Context): AbortSignal {
  const gone = new AbortController()
  res.once('close', () => gone.abort())
  return gone.signal
}
