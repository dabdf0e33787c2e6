import { Agent, request as send } from 'node:http'

/** Sixteen kept connections a host: enough to saturate one server process, few enough to leave it the time. */
const agent = new Agent({ keepAlive: true, maxSockets: 16 })

export interface Answer {
  status: number
  location: string | undefined
  cookies: string[]
  body: string
}

export interface Ask {
  headers?: Record<string, string>
  /** Sent as a form, by POST. */
  form?: Record<string, string>
  /** Sent as JSON, by POST. */
  json?: object
}

/** One request over a kept connection; redirects are not followed. */
export function request(url: string, { headers = {}, form, json }: Ask = {}): Promise<Answer> {
  const body = json === undefined ? form && new URLSearchParams(form).toString() : JSON.stringify(json)
  const type = json === undefined ? 'application/x-www-form-urlencoded' : 'application/json'
  const typed = body === undefined ? {} : { 'content-type': type }
  return new Promise((resolve, reject) => {
    const outgoing = send(url, {
      agent,
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...typed, ...headers },
    })
    outgoing.once('error', reject)
    outgoing.once('response', function collect(incoming) {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.once('error', reject)
      incoming.once('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          location: incoming.headers.location,
          cookies: incoming.headers['set-cookie'] ?? [],
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    outgoing.end(body)
  })
}

/** The JSON of an answer that must have one of these statuses. */
export function json(answer: Answer, ...statuses: number[]): Record<string, string> {
  if (!statuses.includes(answer.status)) {
    throw new Error(`expected ${statuses.join(' or ')}, got ${answer.status}: ${answer.body.slice(0, 300)}`)
  }
  return answer.body === '' ? {} : JSON.parse(answer.body)
}

/** The cookies of one browser. */
export class CookieJar {
  readonly #cookies = new Map<string, string>()

  get header(): Record<string, string> {
    return { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
  }

  take(answer: Answer): Answer {
    for (const cookie of answer.cookies) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (name === undefined) continue
      if (value) this.#cookies.set(name, value)
      else this.#cookies.delete(name)
    }
    return answer
  }
}

/** `Authorization: Basic` of a client. */
export function basic(client: string, secret: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}` }
}
