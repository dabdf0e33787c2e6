import * as z from 'zod'

/**
 * What an account in each state may do; the closed list, and the one place where its effects are written down.
 *
 * - `login`: may the login page (or `auto_login`, or a device confirmation) sign this user in?
 * - `keep`: do sessions, refresh tokens and access tokens that exist go on working? Where not, a refresh answers
 *   `invalid_grant`, userinfo `invalid_token`, introspection `{"active": false}`, and a session asks to log in again.
 * - `message`: what the login page says, and the `error_description` of the `access_denied` that `auto_login` answers.
 */
export const userStates = {
  active: { login: true, keep: true, message: '' },
  locked: { login: false, keep: false, message: 'This account is locked.' },
  disabled: { login: false, keep: false, message: 'This account is disabled.' },
  password_expired: { login: false, keep: true, message: 'The password of this account has expired.' },
} as const satisfies Record<string, { login: boolean; keep: boolean; message: string }>

export type UserState = keyof typeof userStates

function isJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isJson)
  return typeof value === 'object' && Object.values(value).every(isJson)
}

/** Claims are JSON: names to values of any shape. */
export const claimsSchema = z.record(
  z.string(),
  // By hand, since the schema of JSON is a union that takes most of the time of reading ten thousand users.
  z.unknown().refine(isJson, { error: 'expected JSON: text, numbers, true, false, null, lists and maps of these' }),
)

export const userSchema = z.strictObject({
  username: z.string().min(1).describe('The name typed at the login page; unique within an issuer.'),
  password: z.string().optional().describe('Left out: any password logs in.'),
  sub: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('The subject identifier, up to 255 ASCII characters. Default: the username.'),
  state: z
    .enum(Object.keys(userStates) as [UserState, ...UserState[]])
    .default('active')
    .describe('What the account may do.'),
  user_code: z
    .string()
    .min(1)
    .optional()
    .describe('What clients must send with a backchannel request for this user, if they send user codes.'),
  claims: claimsSchema
    .default({})
    .describe('Claims about the user; a scope releases those it names, the others are always released.'),
})

/** A user as the fixtures write it: a whole entry, or just a name, which derives a display name and an e-mail address. */
export const userEntrySchema = z
  .union([z.string().min(1), userSchema], { error: 'expected a user: a username, or a map with a username' })
  .transform((entry): User => {
    if (typeof entry !== 'string') return { ...entry, sub: entry.sub ?? entry.username }
    const name = entry.charAt(0).toUpperCase() + entry.slice(1)
    return {
      username: entry,
      sub: entry,
      state: 'active',
      claims: { name, email: `${entry}@example.com`, email_verified: true },
    }
  })
  .meta({ id: 'user', description: 'A username, which derives a name and an e-mail address, or a whole user.' })

export interface User {
  username: string
  password?: string | undefined
  sub: string
  state: UserState
  /** Sent along by clients that ask for this user by the back channel. */
  user_code?: string | undefined
  claims: Record<string, unknown>
}
