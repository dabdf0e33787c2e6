import * as z from 'zod'
import type { GrantFilter, LiveGrant } from '../provider/live-grants.ts'

const howMany = z.int().nonnegative()

export const grantView = z
  .strictObject({
    id: z.string(),
    user: z.string(),
    client: z.string().describe('A client id.'),
    scopes: z.array(z.string()),
    since: z.iso.datetime().describe("When it was first allowed, on the issuer's clock."),
    expires: z.iso.datetime().describe("On the issuer's clock."),
    tokens: z
      .strictObject({
        access_token: howMany,
        refresh_token: howMany,
        authorization_code: howMany,
        device_code: howMany,
        auth_req_id: howMany,
      })
      .describe('How many of its tokens and codes are alive.'),
  })
  .meta({ id: 'Grant', description: 'What a person has allowed a client.' }) satisfies z.ZodType<LiveGrant>

export type GrantView = LiveGrant

export const grantFilter = z.strictObject({
  user: z.string().optional().describe('A username. Default: everybody.'),
  client: z.string().optional().describe('A client id. Default: every client.'),
}) satisfies z.ZodType<GrantFilter>

export type { GrantFilter } from '../provider/live-grants.ts'

export interface GrantsControl {
  /** @throws UnderstudyError `ERR_USER_UNKNOWN`, `ERR_CLIENT_UNKNOWN` */
  grants(issuer: string, filter?: GrantFilter): Promise<GrantView[]>
  /**
   * Takes one back, with all its codes and tokens; consent is asked for again.
   *
   * @throws UnderstudyError `ERR_GRANT_UNKNOWN`
   */
  revokeGrant(issuer: string, id: string): Promise<void>
  /**
   * Takes back all of an issuer, or those of a user or a client.
   *
   * @throws UnderstudyError `ERR_USER_UNKNOWN`, `ERR_CLIENT_UNKNOWN`, or `ERR_REQUEST_INVALID` for a filter that names
   *   neither
   */
  revokeGrants(issuer: string, filter?: GrantFilter): Promise<void>
}
