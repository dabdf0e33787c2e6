import * as z from 'zod'
import { ended, formatPath, joinErrors, UnderstudyError } from '../errors.ts'
import { validate } from '../fixtures/validate.ts'
import { originAt } from './listen.ts'
import { logLevels } from './log-level.ts'

const expectedPort = 'expected a port from 0 to 65535'

const port = z.int({ error: expectedPort }).min(0, { error: expectedPort }).max(65_535, { error: expectedPort })

const host = z.string().refine((name) => name !== '' && URL.canParse(originAt(0, name)), {
  error: 'expected a host name or an IP address',
})

const token = z.string().regex(/^[!-~]+$/, { error: 'expected visible ASCII characters; leave it out to ask for none' })

const text = z.string().optional()
const yesOrNo = z.boolean().optional()

// What fixtures, stores and certificates may be is their own matter.
const serverOptions = z.strictObject({
  fixtures: z.array(z.string()).optional(),
  inline: z.unknown().optional(),
  port: port.optional(),
  host: host.optional(),
  issuerUrl: text,
  browserUrl: text,
  store: text,
  adminToken: token.optional(),
  adminPort: port.optional(),
  adminHosts: z.array(z.string()).optional(),
  httpPort: port.optional(),
  persona: text,
  watch: yesOrNo,
  logLevel: z.enum(logLevels).optional(),
  requestTimeoutMs: z.int().positive().optional(),
  env: z.unknown().optional(),
  https: yesOrNo,
  tlsCert: text,
  tlsKey: text,
  tlsClientCa: text,
  clientCertHeader: text,
})

/** The names of all options that a server takes. */
export type ServerOptionName = keyof z.input<typeof serverOptions>

/**
 * Checks how a server is to be started, before anything is.
 *
 * @throws UnderstudyError `ERR_OPTIONS_INVALID` (400) with every mistake as `errors`
 */
export function checkServerOptions(options: Partial<Record<ServerOptionName, unknown>>): void {
  const { findings } = validate(serverOptions, options)
  if (findings === undefined) return
  const errors = findings.map((finding) => ({ path: formatPath(finding.path), message: finding.message }))
  throw new UnderstudyError('ERR_OPTIONS_INVALID', 400, `Failed to start: ${ended(joinErrors(errors))}`, { errors })
}
