import * as z from 'zod'

/**
 * How clients may register themselves.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591 RFC 7591}
 * @see {@link https://www.rfc-editor.org/rfc/rfc7592 RFC 7592}
 */
export const registrationSchema = z.strictObject({
  enabled: z.boolean().default(false).describe('Whether there is a registration endpoint.'),
  initial_access_token: z
    .string()
    .regex(/^[\w.~+/-]+=*$/, { error: 'expected a bearer token: letters, digits and -._~+/' })
    .optional()
    .describe('What who registers a client must bring. Left out: anybody may register.'),
  management: z
    .enum(['full', 'read', 'none'])
    .default('full')
    .describe('What a client may do with its registration: read, change and delete it; read it; nothing.'),
  rotate_access_token: z
    .boolean()
    .default(false)
    .describe('Whether each change of a registration brings another registration access token.'),
})

export type RegistrationSettings = z.output<typeof registrationSchema>

/** What clients may do with their registrations, as methods of the client configuration endpoint. */
export const managementMethods: Readonly<Record<RegistrationSettings['management'], readonly string[]>> = {
  full: ['GET', 'PUT', 'DELETE'],
  read: ['GET'],
  none: [],
}
