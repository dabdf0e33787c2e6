import type { DevicesControl } from '../devices.ts'
import { type Ask, path } from './ask.ts'

export const askDevices = (ask: Ask): DevicesControl => ({
  devices: (issuer) => ask('GET', path`/api/issuers/${issuer}/device`),
  device: (issuer, userCode) => ask('GET', path`/api/issuers/${issuer}/device/${userCode}`),
  actOnDevice: (issuer, userCode, action) =>
    ask('POST', path`/api/issuers/${issuer}/device/${userCode}`, { body: action }),
})
