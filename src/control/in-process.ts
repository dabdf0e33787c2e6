import type { Authority } from '../certificates/authority.ts'
import type { Issuers } from '../issuer/registry.ts'
import type { Control } from './control.ts'
import { accessTo } from './in-process/access.ts'
import { controlCertificates } from './in-process/certificates.ts'
import { controlCiba } from './in-process/ciba.ts'
import { controlClock } from './in-process/clock.ts'
import { controlDevices } from './in-process/devices.ts'
import { controlEntries } from './in-process/entries.ts'
import { controlFaults } from './in-process/faults.ts'
import { controlFixtures } from './in-process/fixtures.ts'
import { controlGrants } from './in-process/grants.ts'
import { controlInitiateLogin } from './in-process/initiate-login.ts'
import { controlIssuers } from './in-process/issuers.ts'
import { controlKeys } from './in-process/keys.ts'
import { controlLogout } from './in-process/logout.ts'
import { controlRequests } from './in-process/requests.ts'
import { controlReset } from './in-process/reset.ts'
import { controlScenarios } from './in-process/scenarios.ts'
import { controlSessions } from './in-process/sessions.ts'
import { controlTokens } from './in-process/tokens.ts'
import { controlVerify } from './in-process/verify.ts'
import { version } from './version.ts'

/**
 * The control of the issuers of this very process.
 *
 * @param authority that of this process
 * @param refresh brings edited fixtures into force; awaited before everything that looks at an issuer
 */
export function createControl(
  issuers: Issuers,
  authority: Authority,
  refresh: () => void | Promise<void> = () => {},
): Control {
  const access = accessTo(issuers, refresh)
  return {
    health: async () => ({ status: 'ok', version }),
    ...controlIssuers(access),
    ...controlFixtures(access),
    ...controlEntries(access),
    ...controlFaults(access),
    ...controlScenarios(access),
    ...controlDevices(access),
    ...controlCiba(access),
    ...controlInitiateLogin(access),
    ...controlGrants(access),
    ...controlSessions(access),
    ...controlTokens(access),
    ...controlKeys(access),
    ...controlCertificates(authority),
    ...controlClock(access),
    ...controlLogout(access),
    ...controlRequests(access),
    ...controlVerify(access),
    ...controlReset(access),
  }
}
