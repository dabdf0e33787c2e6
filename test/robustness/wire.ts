import { connect } from 'node:net'

export interface WireAnswer {
  status: number
  /** Names in lower case; the last value where one is repeated. */
  headers: Record<string, string>
  body: string
  /** Everything that came, as it came. */
  raw: string
}

/**
 * Sends bytes as they are, which no HTTP client would, and reads until the server closes.
 *
 * @returns the last answer (interim ones are skipped), or undefined where the server closed without one
 * @throws Error where it has not closed after `timeoutMs`
 */
export async function send(port: number, bytes: string | Buffer, timeoutMs = 5000): Promise<WireAnswer | undefined> {
  const raw = await converse(port, bytes, timeoutMs)
  return raw === '' ? undefined : parseAnswer(raw)
}

function converse(port: number, bytes: string | Buffer, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    const text = () => Buffer.concat(chunks).toString('latin1')
    const hung = setTimeout(() => {
      socket.destroy()
      reject(new Error(`No end after ${timeoutMs} ms; until then came: ${JSON.stringify(text())}`))
    }, timeoutMs)
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    // A reset after the answer is what a server does that will not read the rest.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') reject(error)
    })
    socket.on('close', () => {
      clearTimeout(hung)
      resolve(text())
    })
  })
}

/** Reads an answer; interim answers before it are skipped. */
export function parseAnswer(raw: string): WireAnswer {
  const end = raw.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = raw.slice(0, end === -1 ? undefined : end).split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1])
  if (Number.isNaN(status)) throw new Error(`This is no HTTP answer: ${JSON.stringify(raw.slice(0, 200))}`)
  const rest = raw.slice(end + 4)
  if (status < 200) return parseAnswer(rest)
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const body = headers['transfer-encoding'] === 'chunked' ? joinChunks(rest) : rest
  return { status, headers, body: Buffer.from(body, 'latin1').toString(), raw }
}

function joinChunks(text: string): string {
  let body = ''
  let at = 0
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at)
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    if (lineEnd === -1 || !(size > 0)) return body
    body += text.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 2 + size + 2
  }
}
