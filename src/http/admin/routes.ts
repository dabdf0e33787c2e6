import { clockRoutes } from './clock.ts'
import { deviceRoutes } from './devices.ts'
import { faultRoutes } from './faults.ts'
import { issuerRoutes } from './issuers.ts'
import { keyRoutes } from './keys.ts'
import { resetRoutes } from './reset.ts'
import type { Route } from './route.ts'
import { scenarioRoutes } from './scenarios.ts'

/** Every operation that only those may ask for whom the guard lets in. */
export const guardedRoutes: readonly Route[] = [
  ...issuerRoutes,
  ...faultRoutes,
  ...scenarioRoutes,
  ...deviceRoutes,
  ...keyRoutes,
  ...clockRoutes,
  ...resetRoutes,
]
