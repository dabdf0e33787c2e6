import * as z from 'zod'

export const pendingDevice = z
  .strictObject({
    user_code: z.string(),
    client_id: z.string(),
    scope: z.string(),
    expires_in: z.int().describe('Seconds.'),
  })
  .meta({ id: 'PendingDevice', description: 'A device request that waits for a person.' })

export type PendingDevice = z.output<typeof pendingDevice>

const whose = 'expected the username of who approves'

const approver = z
  .string({ error: whose })
  .min(1, { error: whose })
  .optional()
  .describe('Left out: whom the request asks for, by `login_hint`, `id_token_hint` or `claims`.')

export const deviceAction = z
  .discriminatedUnion('action', [
    z.strictObject({ action: z.literal('approve'), user: approver }),
    z.strictObject({ action: z.literal('deny') }),
    z.strictObject({ action: z.literal('expire') }),
  ])
  .meta({ id: 'DeviceAction' })

export type DeviceAction = z.output<typeof deviceAction>

export interface DevicesControl {
  devices(issuer: string): Promise<PendingDevice[]>
  /**
   * One pending device request, by its user code as the person would type it.
   *
   * @throws UnderstudyError `ERR_DEVICE_UNKNOWN`, `ERR_DEVICE_DECIDED`
   */
  device(issuer: string, userCode: string): Promise<PendingDevice>
  /**
   * Approves, denies or expires a pending device request, by its user code as the person would type it.
   *
   * @throws UnderstudyError `ERR_DEVICE_UNKNOWN`, `ERR_DEVICE_DECIDED`, `ERR_USER_UNKNOWN`, `ERR_USER_STATE`,
   *   `ERR_REQUEST_INVALID` where neither this nor the request says who approves
   */
  actOnDevice(issuer: string, userCode: string, action: DeviceAction): Promise<void>
}
