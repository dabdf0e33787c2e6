import * as z from 'zod'

const claims = z.record(z.string(), z.unknown())

export const userEntry = z
  .strictObject({
    username: z.string(),
    password: z.string().optional().describe('Left out: any password logs in.'),
    sub: z.string().optional().describe('Left out: the username.'),
    state: z.enum(['locked', 'disabled', 'password_expired']).optional().describe('Left out: active.'),
    user_code: z.string().optional().describe('What clients send with backchannel requests for this user.'),
    claims: claims.optional(),
  })
  .meta({ id: 'User', description: 'A user as the fixtures write it: what is as usual is left out.' })

export type UserEntry = z.output<typeof userEntry>

export const clientEntry = z
  .looseObject({
    client_id: z.string(),
    client_secret: z.string().optional().describe('Left out: a public client, unless it authenticates with keys.'),
    redirect_uris: z.array(z.string()).optional(),
    grant_types: z.array(z.string()).optional().describe('Left out: authorization_code.'),
    scope: z.string().optional().describe('Left out: all scopes of the issuer.'),
    consent: z.literal('skip').optional().describe('Left out: ask.'),
    auto_login: z.string().optional().describe('Who is logged in without a page.'),
    login_hint: z.enum(['suggest', 'login']).optional().describe('Left out: as the issuer has it.'),
  })
  .meta({ id: 'Client', description: 'A client as the fixtures write it: what is as usual is left out.' })

export type ClientEntry = z.output<typeof clientEntry>

export const scopeEntry = z
  .strictObject({
    name: z.string(),
    description: z.string().optional(),
    claims: z.array(z.string()).optional().describe('The claims that it releases.'),
  })
  .meta({ id: 'Scope', description: 'A scope as the fixtures write it, with its name.' })

export type ScopeEntry = z.output<typeof scopeEntry>

/** What may be put in the place of an entry; the rest is the matter of the fixtures. */
export const entryWritten = {
  users: z
    .union([z.string(), z.record(z.string(), z.unknown())], { error: 'expected a user: a username, or a map' })
    .meta({ id: 'UserWritten', description: 'A user as the fixtures write it; the username may be left out.' }),
  clients: z
    .record(z.string(), z.unknown(), { error: 'expected a client: a map of its metadata' })
    .meta({ id: 'ClientWritten', description: 'A client as the fixtures write it; the client id may be left out.' }),
  scopes: z
    .record(z.string(), z.unknown(), { error: 'expected a scope: a map' })
    .meta({ id: 'ScopeWritten', description: 'A scope as the fixtures write it; its name may stand beside.' }),
}

/** An entry that was put in its place. */
export interface Put<Entry> {
  entry: Entry
  /** Whether there was none by this key before. */
  made: boolean
}

/** Users, clients and scopes of an issuer, edited one by one; in force on the next request. */
export interface EntriesControl {
  users(issuer: string): Promise<UserEntry[]>
  /** @throws UnderstudyError `ERR_USER_UNKNOWN` */
  user(issuer: string, username: string): Promise<UserEntry>
  /**
   * Makes a user, or replaces the one of this name.
   *
   * @param entry as the fixtures write it; the username may be left out
   * @throws UnderstudyError `ERR_ENTRY_KEY`, `ERR_FIXTURES_INVALID` with every mistake
   */
  putUser(issuer: string, username: string, entry: unknown): Promise<Put<UserEntry>>
  /** @throws UnderstudyError `ERR_USER_UNKNOWN`, `ERR_ENTRY_USED` where a client logs the user in by itself */
  deleteUser(issuer: string, username: string): Promise<void>
  clients(issuer: string): Promise<ClientEntry[]>
  /** @throws UnderstudyError `ERR_CLIENT_UNKNOWN` */
  client(issuer: string, id: string): Promise<ClientEntry>
  /**
   * Makes a client, or replaces the one of this id.
   *
   * @param entry as the fixtures write it; the client id may be left out
   * @throws UnderstudyError `ERR_ENTRY_KEY`, `ERR_FIXTURES_INVALID` with every mistake
   */
  putClient(issuer: string, id: string, entry: unknown): Promise<Put<ClientEntry>>
  /** @throws UnderstudyError `ERR_CLIENT_UNKNOWN` */
  deleteClient(issuer: string, id: string): Promise<void>
  /** Those beside the standard ones. */
  scopes(issuer: string): Promise<ScopeEntry[]>
  /** @throws UnderstudyError `ERR_SCOPE_UNKNOWN` */
  scope(issuer: string, name: string): Promise<ScopeEntry>
  /**
   * Makes a scope, or replaces the one of this name.
   *
   * @param entry as the fixtures write it; its name may stand beside
   * @throws UnderstudyError `ERR_ENTRY_KEY`, `ERR_FIXTURES_INVALID` with every mistake
   */
  putScope(issuer: string, name: string, entry: unknown): Promise<Put<ScopeEntry>>
  /** @throws UnderstudyError `ERR_SCOPE_UNKNOWN`, `ERR_ENTRY_USED` where a client is limited to it */
  deleteScope(issuer: string, name: string): Promise<void>
}
