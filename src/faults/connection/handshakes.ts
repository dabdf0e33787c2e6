import * as z from 'zod'
import { matcher, wordsSchema } from '../../domain/words.ts'
import { defineHandshakeFault } from '../fault.ts'

const shared = {
  client: 'reject',
  params: z.strictObject({
    servername: wordsSchema.optional().describe('Only clients that ask for this host name are met. Default: all.'),
  }),
  meets(asked: string, { servername }: { servername?: string | string[] | undefined }): boolean {
    return servername === undefined || matcher(servername)(asked)
  },
} as const

/** Certificates that no client should trust; they need HTTPS, and meet connections, not requests. */
export const handshakeFaults = [
  defineHandshakeFault({
    ...shared,
    name: 'tls-expired',
    summary: 'The server shows a certificate that has expired.',
    see: 'https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5',
    flaw: 'expired',
  }),
  defineHandshakeFault({
    ...shared,
    name: 'tls-wrong-host',
    summary: 'The server shows a certificate for another host.',
    see: 'https://www.rfc-editor.org/rfc/rfc9525#section-6',
    flaw: 'wrong-host',
  }),
  defineHandshakeFault({
    ...shared,
    name: 'tls-unknown-ca',
    summary: 'The server shows a certificate of an authority that nobody knows.',
    see: 'https://www.rfc-editor.org/rfc/rfc5280#section-6',
    flaw: 'unknown-ca',
  }),
] as const
