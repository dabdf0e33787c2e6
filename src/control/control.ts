import type { CertificatesControl } from './certificates.ts'
import type { CibaControl } from './ciba.ts'
import type { ClockControl } from './clock.ts'
import type { DevicesControl } from './devices.ts'
import type { EntriesControl } from './entries.ts'
import type { FaultsControl } from './faults.ts'
import type { FixturesControl } from './fixtures.ts'
import type { GrantsControl } from './grants.ts'
import type { HealthControl } from './health.ts'
import type { InitiateLoginControl } from './initiate-login.ts'
import type { IssuersControl } from './issuers.ts'
import type { KeysControl } from './keys.ts'
import type { LogoutControl } from './logout.ts'
import type { RequestsControl } from './requests.ts'
import type { ResetControl } from './reset.ts'
import type { ScenariosControl } from './scenarios.ts'
import type { SessionsControl } from './sessions.ts'
import type { TokensControl } from './tokens.ts'
import type { VerifyControl } from './verify.ts'

/**
 * Every operation on a running Understudy, in process and over HTTP alike.
 *
 * Each rejects with an `UnderstudyError`: `ERR_ISSUER_UNKNOWN` where an issuer is named that there is not, and what
 * else its method says.
 */
export interface Control
  extends HealthControl,
    IssuersControl,
    FixturesControl,
    EntriesControl,
    FaultsControl,
    ScenariosControl,
    DevicesControl,
    CibaControl,
    InitiateLoginControl,
    GrantsControl,
    SessionsControl,
    TokensControl,
    KeysControl,
    CertificatesControl,
    ClockControl,
    LogoutControl,
    RequestsControl,
    VerifyControl,
    ResetControl {}
