import * as z from 'zod'

export const eitherUserOrSid = 'expected either user or sid: whose logout it is'

const fault = z.union(
  [z.string(), z.strictObject({ fault: z.string(), with: z.record(z.string(), z.unknown()).optional() })],
  { error: 'expected the name of a fault, or a map of fault and with' },
)

export const backchannelLogoutRequest = z
  .strictObject({
    user: z.string().optional().describe('A username. Each client is told of each of its sessions.'),
    sid: z.string().optional().describe('A session, as ID tokens name it (`sid`) or by its id.'),
    client: z
      .string()
      .optional()
      .describe('The one client to be told, signed in to or not. Default: all that are signed in to.'),
    faults: z.array(fault).optional().describe('What is wrong with the tokens: faults of logout tokens, in order.'),
    end_session: z
      .boolean()
      .default(false)
      .describe('Whether the sessions end as well. Default: clients are told, and nothing else happens.'),
  })
  .refine(({ user, sid }) => (user === undefined) !== (sid === undefined), { error: eitherUserOrSid })
  .meta({ id: 'BackchannelLogout', description: 'Whose logout clients are told of: either `user` or `sid`.' })

export type BackchannelLogoutRequest = z.input<typeof backchannelLogoutRequest>

const json = z.record(z.string(), z.unknown())

export const backchannelLogoutReport = z
  .strictObject({
    deliveries: z.array(
      z.strictObject({
        client_id: z.string(),
        uri: z.string().describe('Where the token was sent.'),
        status: z.int().optional().describe('What the client answered; left out where no answer came.'),
        body: z.string().optional().describe('The beginning of its answer.'),
        error: z.string().optional().describe('Why no answer came, or no whole one.'),
        logout_token: z.string().describe('As it was sent.'),
        decoded: z
          .strictObject({ header: json, claims: json })
          .optional()
          .describe('What the token says; left out where it is no JWT.'),
      }),
    ),
  })
  .meta({ id: 'BackchannelLogoutReport', description: 'What became of each logout token.' })

export type BackchannelLogoutReport = z.output<typeof backchannelLogoutReport>

export interface LogoutControl {
  /**
   * Sends logout tokens as a logout would, and hears what each client says to it.
   *
   * @param origin what `issuer: auto` stands for, for clients that have seen no other name; over HTTP it is always the
   *   origin of the server's URL
   * @throws UnderstudyError `ERR_USER_UNKNOWN`, `ERR_SESSION_UNKNOWN`, `ERR_CLIENT_UNKNOWN`, `ERR_NO_BACKCHANNEL_LOGOUT`,
   *   `ERR_FAULT_UNKNOWN`, `ERR_FAULT_INVALID`
   */
  backchannelLogout(
    issuer: string,
    request: BackchannelLogoutRequest,
    origin?: string,
  ): Promise<BackchannelLogoutReport>
}
