import type { InitiateLoginControl } from '../initiate-login.ts'
import { type Ask, path } from './ask.ts'

export const askInitiateLogin = (ask: Ask): InitiateLoginControl => ({
  initiateLogin: (issuer, client, initiation = {}) =>
    ask('POST', path`/api/issuers/${issuer}/clients/${client}/initiate-login`, { body: initiation }),
})
