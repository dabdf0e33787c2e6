import * as z from 'zod'
import { claimsSchema } from '../domain/user.ts'
import { offsetSeconds } from '../time.ts'

const mintedTypes = ['access_token', 'id_token', 'refresh_token', 'logout_token'] as const

const words = (what: string) =>
  z.union([z.string().min(1), z.array(z.string().min(1))], { error: `expected ${what}: text, or a list` })

const scopeNames = words('scope names')
  .transform((written) => (typeof written === 'string' ? written.split(' ').filter(Boolean) : written))
  .optional()

const audience = words('an audience')
  .transform((written) => [written].flat())
  .optional()

const fault = z.union(
  [z.string(), z.strictObject({ fault: z.string(), with: z.record(z.string(), z.unknown()).optional() })],
  { error: 'expected the name of a fault, or a map of fault and with' },
)

export const tokenOrder = z
  .strictObject({
    type: z.enum(mintedTypes).default('access_token').describe('What is minted.'),
    client: z.string().min(1).describe('The client id of whom it is for.'),
    user: z.string().min(1).optional().describe('A username. Left out: the client itself, as by client credentials.'),
    scope: scopeNames.describe(
      'Scope names: a list, or text with spaces between them. Default: openid where there is a user, else none.',
    ),
    audience: audience.describe('The `aud`: one or several. Default: as a flow would have it.'),
    claims: claimsSchema
      .optional()
      .describe('Over all others, those of the protocol included; but for the `jti` of an access token.'),
    expires_in: offsetSeconds
      .optional()
      .describe('Seconds, or text such as `10m`; below zero: it has expired. Default: as a flow would have it.'),
    key: z
      .string()
      .min(1)
      .optional()
      .describe("What signs it: the id of one of the issuer's keys, or an algorithm. Default: as always."),
    faults: z.array(fault).optional().describe('Faults of signed tokens that change it, in order.'),
  })
  .meta({ id: 'TokenOrder', description: 'A token that is to be minted, without a flow.' })

export type TokenOrder = z.input<typeof tokenOrder>

const json = z.record(z.string(), z.unknown())

export const mintedToken = z
  .strictObject({
    access_token: z.string().optional(),
    id_token: z.string().optional(),
    refresh_token: z.string().optional(),
    logout_token: z.string().optional(),
    token_type: z.enum(['Bearer', 'N_A']).describe('`Bearer` for an access token, `N_A` for all others.'),
    expires_in: z.int().describe('Seconds; below zero: it has expired.'),
    scope: z.string().optional().describe('Names with spaces between them; left out where there is none.'),
    decoded: z
      .strictObject({ header: json, claims: json })
      .optional()
      .describe('What it says; left out where it is no JWT that can be read.'),
  })
  .meta({ id: 'MintedToken', description: 'As a token endpoint answers, with the one token that was asked for.' })

export type MintedToken = z.output<typeof mintedToken>

export interface TokensControl {
  /**
   * Mints a token without a flow, as good as one that has come of a flow. Nothing of it is in the journal, and no armed
   * fault changes it.
   *
   * @param origin what `issuer: auto` stands for; over HTTP it is always the origin of the server's URL
   * @throws UnderstudyError `ERR_REQUEST_INVALID`, `ERR_CLIENT_UNKNOWN`, `ERR_USER_UNKNOWN`, `ERR_SCOPE_UNKNOWN`,
   *   `ERR_KEY_UNKNOWN`, `ERR_FAULT_UNKNOWN`, `ERR_FAULT_INVALID`, `ERR_TOKEN_INVALID`
   */
  mint(issuer: string, order: TokenOrder, origin?: string): Promise<MintedToken>
}
