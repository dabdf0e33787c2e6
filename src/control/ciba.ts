import * as z from 'zod'

export const pendingCiba = z
  .strictObject({
    auth_req_id: z.string(),
    client_id: z.string(),
    user: z.string().describe('The username of who is asked.'),
    scope: z.string(),
    binding_message: z.string().optional().describe('What the client shows too, where it sent such a message.'),
    expires_in: z.int().describe('Seconds.'),
  })
  .meta({ id: 'PendingCiba', description: 'A backchannel authentication request that waits for its user.' })

export type PendingCiba = z.output<typeof pendingCiba>

export const cibaAction = z
  .strictObject({ action: z.enum(['approve', 'deny', 'expire']) })
  .meta({ id: 'CibaAction', description: 'What becomes of a backchannel authentication request.' })

export type CibaAction = z.output<typeof cibaAction>

export interface CibaControl {
  ciba(issuer: string): Promise<PendingCiba[]>
  /**
   * Decides a backchannel authentication request in the place of its user, or lets it expire.
   *
   * @throws UnderstudyError `ERR_CIBA_UNKNOWN`, `ERR_CIBA_DECIDED`, `ERR_USER_UNKNOWN`, `ERR_USER_STATE`
   */
  actOnCiba(issuer: string, authReqId: string, action: CibaAction): Promise<void>
}
