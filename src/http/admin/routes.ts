import { certificateRoutes } from './certificates.ts'
import { cibaRoutes } from './ciba.ts'
import { clientRoutes } from './clients.ts'
import { clockRoutes } from './clock.ts'
import { deviceRoutes } from './devices.ts'
import { faultRoutes } from './faults.ts'
import { fixturesRoutes } from './fixtures.ts'
import { grantRoutes } from './grants.ts'
import { initiateLoginRoutes } from './initiate-login.ts'
import { issuerRoutes } from './issuers.ts'
import { keyRoutes } from './keys.ts'
import { logoutRoutes } from './logout.ts'
import { requestRoutes } from './requests.ts'
import { resetRoutes } from './reset.ts'
import type { Route } from './route.ts'
import { scenarioRoutes } from './scenarios.ts'
import { scopeRoutes } from './scopes.ts'
import { sessionRoutes } from './sessions.ts'
import { tokenRoutes } from './tokens.ts'
import { userRoutes } from './users.ts'
import { verifyRoutes } from './verify.ts'

/** Every operation that only those may ask for whom the guard lets in. */
export const guardedRoutes: readonly Route[] = [
  ...issuerRoutes,
  ...fixturesRoutes,
  ...userRoutes,
  ...clientRoutes,
  ...initiateLoginRoutes,
  ...scopeRoutes,
  ...faultRoutes,
  ...scenarioRoutes,
  ...deviceRoutes,
  ...cibaRoutes,
  ...grantRoutes,
  ...sessionRoutes,
  ...tokenRoutes,
  ...keyRoutes,
  ...certificateRoutes,
  ...clockRoutes,
  ...logoutRoutes,
  ...requestRoutes,
  ...verifyRoutes,
  ...resetRoutes,
]
