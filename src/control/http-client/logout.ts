import type { LogoutControl } from '../logout.ts'
import { type Ask, path } from './ask.ts'

export const askLogout = (ask: Ask): LogoutControl => ({
  backchannelLogout: (issuer, request) =>
    ask('POST', path`/api/issuers/${issuer}/backchannel-logout`, { body: request }),
})
