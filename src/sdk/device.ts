import type { Control } from '../control/control.ts'
import type { PendingDevice } from '../control/devices.ts'

/** Decides what a person would at the page for devices, by the user code as it is typed there. */
export interface Device {
  pending(): Promise<PendingDevice[]>
  /** One that is pending. @throws UnderstudyError `ERR_DEVICE_UNKNOWN`, `ERR_DEVICE_DECIDED` */
  get(userCode: string): Promise<PendingDevice>
  /** @param user left out: whom the request asks for, by `login_hint`, `id_token_hint` or `claims` */
  approve(userCode: string, user?: string): Promise<void>
  deny(userCode: string): Promise<void>
  expire(userCode: string): Promise<void>
}

export function deviceOf(control: Control, issuer: string): Device {
  return {
    pending: () => control.devices(issuer),
    get: (userCode) => control.device(issuer, userCode),
    approve: (userCode, user) => control.actOnDevice(issuer, userCode, { action: 'approve', user }),
    deny: (userCode) => control.actOnDevice(issuer, userCode, { action: 'deny' }),
    expire: (userCode) => control.actOnDevice(issuer, userCode, { action: 'expire' }),
  }
}
