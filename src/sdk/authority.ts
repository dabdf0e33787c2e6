import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { UnderstudyError } from '../errors.ts'

/**
 * The certificate of the authority that signs for a server's HTTPS, as PEM: asked of that server, whose own certificate
 * nobody can look at before.
 *
 * @param origin of a server that whoever asks has started
 * @throws UnderstudyError `ERR_SERVER_UNKNOWN` where it gives none
 */
export async function authorityAt(origin: string): Promise<string> {
  const asking = request(`${origin}/_understudy/ca.pem`, { rejectUnauthorized: false })
  asking.end()
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  const pem = await text(answer)
  if (answer.statusCode === 200) return pem
  const message = `Failed to ask ${origin} for the certificate of its authority: it answered ${answer.statusCode}.`
  throw new UnderstudyError('ERR_SERVER_UNKNOWN', 502, message)
}
