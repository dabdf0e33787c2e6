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
    async actOnDevice(issuer, userCode, action) {
      const { devices } = await find(issuer)
      if (action.action === 'approve') await devices.approve(userCode, action.user)
      else await devices[action.action](userCode)
    },
  }
}
