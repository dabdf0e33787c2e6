import type { Control } from './control.ts'
import { asker, type ConnectOptions } from './http-client/ask.ts'
import { askCertificates } from './http-client/certificates.ts'
import { askCiba } from './http-client/ciba.ts'
import { askClock } from './http-client/clock.ts'
import { askDevices } from './http-client/devices.ts'
import { askEntries } from './http-client/entries.ts'
import { askFaults } from './http-client/faults.ts'
import { askFixtures } from './http-client/fixtures.ts'
import { askGrants } from './http-client/grants.ts'
import { askInitiateLogin } from './http-client/initiate-login.ts'
import { askIssuers } from './http-client/issuers.ts'
import { askKeys } from './http-client/keys.ts'
import { askLogout } from './http-client/logout.ts'
import { askRequests } from './http-client/requests.ts'
import { askReset } from './http-client/reset.ts'
import { askScenarios } from './http-client/scenarios.ts'
import { askSessions } from './http-client/sessions.ts'
import { askTokens } from './http-client/tokens.ts'
import { askVerify } from './http-client/verify.ts'

export type { ConnectOptions } from './http-client/ask.ts'

/**
 * The control of an Understudy that runs elsewhere, over its admin API.
 *
 * @throws UnderstudyError `ERR_SERVER_URL`; each operation `ERR_SERVER_UNREACHABLE`, `ERR_SERVER_UNKNOWN`
 */
export function connectControl(options: ConnectOptions): Control {
  const ask = asker(options)
  return {
    health: () => ask('GET', '/health'),
    ...askIssuers(ask),
    ...askFixtures(ask),
    ...askEntries(ask),
    ...askFaults(ask),
    ...askScenarios(ask),
    ...askDevices(ask),
    ...askCiba(ask),
    ...askInitiateLogin(ask),
    ...askGrants(ask),
    ...askSessions(ask),
    ...askTokens(ask),
    ...askKeys(ask),
    ...askCertificates(ask),
    ...askClock(ask),
    ...askLogout(ask),
    ...askRequests(ask),
    ...askVerify(ask),
    ...askReset(ask),
  }
}
