/** More of an answer is never read, in bytes. */
const mostBytes = 262_144

/** What an answer holds, as far as it was read, and why not all of it was. */
export interface BoundedAnswer {
  /** For whoever asked: cut where it is too long, and one that fails to be read where it broke off. */
  response: Response
  body: Buffer
  /** Undefined where it was read to its end, or to the most that is read. */
  failure?: unknown
}

/**
 * Reads an answer once, and no further than 256 KiB; the rest is cancelled, so that neither an endless one nor one that
 * is copied holds anybody up.
 *
 * @param signal ends the reading
 */
export async function readBounded(response: Response, signal: AbortSignal): Promise<BoundedAnswer> {
  if (response.body === null) return { response, body: Buffer.alloc(0) }
  const reader = response.body.getReader()
  const chunks: Uint8Array[] = []
  const abort = () => void reader.cancel(signal.reason).catch(() => {})
  signal.addEventListener('abort', abort)
  try {
    for (let size = 0; size <= mostBytes; ) {
      const { done, value } = await reader.read()
      signal.throwIfAborted()
      if (done) break
      chunks.push(value)
      size += value.length
    }
    const body = Buffer.concat(chunks).subarray(0, mostBytes + 1)
    return { response: sameBut(response, body), body }
  } catch (failure) {
    return { response: sameBut(response, broken(failure)), body: Buffer.concat(chunks), failure }
  } finally {
    signal.removeEventListener('abort', abort)
    abort()
  }
}

function sameBut({ status, statusText, headers }: Response, body: ConstructorParameters<typeof Response>[0]): Response {
  return new Response(body, { status, statusText, headers })
}

function broken(failure: unknown): ReadableStream {
  return new ReadableStream({ start: (controller) => controller.error(failure) })
}
