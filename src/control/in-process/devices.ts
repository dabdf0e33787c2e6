import { check } from '../check.ts'
import type { DevicesControl } from '../devices.ts'
import type { Access } from './access.ts'

export function controlDevices({ issuer: find }: Access): DevicesControl {
  return {
    async devices(issuer) {
      return (await find(issuer)).devices.pending()
    },
    async device(issuer, userCode) {
      return (await find(issuer)).devices.onePending(userCode)
    },
    async actOnDevice(issuer, userCode, given) {
      const { devices } = await find(issuer)
      const { deviceAction } = await import('../devices.ts')
      const action = check(deviceAction, given)
      if (action.action === 'approve') await devices.approve(userCode, action.user)
      else await devices[action.action](userCode)
    },
  }
}
