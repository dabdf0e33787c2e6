import Koa from 'koa'
import type { Logger } from 'pino'
import type { Control } from '../control/control.ts'
import type { Render } from '../domain/pages.ts'
import type { Issuers } from '../issuer/registry.ts'
import type { CookieSigner } from '../provider/cookie-signer.ts'
import { assertWithoutTracing } from '../provider/quiet-assert.ts'
import { createAdminApi } from './admin/admin.ts'
import { brokenConnectionCode } from './broken-connection.ts'
import { readBody } from './middleware/body.ts'
import { answerErrors } from './middleware/errors.ts'
import { meetFaults } from './middleware/faults.ts'
import { keepJournal } from './middleware/journal.ts'
import { requestLog } from './middleware/log.ts'
import { lookUpIssuer } from './middleware/lookup.ts'
import { askProvider } from './middleware/provider.ts'
import { deviceScreen } from './web/device-screen.ts'
import { securePages } from './web/headers.ts'
import { homePage } from './web/home.ts'
import { interactionPages } from './web/interactions.ts'

export interface AppOptions {
  issuers: Issuers
  control: Control
  render: Render
  logger: Logger
  cookieSigner: CookieSigner
  adminToken?: string | undefined
  /** Host names by which the admin API may be asked, beside those that are always let in. */
  adminHosts: () => Iterable<string>
  /** Brings edited fixtures into force; nothing where there is nothing to do. */
  refresh: () => Promise<void> | undefined
}

/** The way of a request, outermost first. */
export function createApp({ issuers, control, render, logger, ...options }: AppOptions): Koa {
  function report(error: unknown): void {
    const code = brokenConnectionCode(error)
    if (code === undefined) logger.error({ err: error }, 'Failed to answer a request')
    else logger.debug({ code }, 'A client broke its connection off')
  }

  const onion = [
    requestLog(logger),
    securePages(),
    answerErrors(render, logger),
    createAdminApi({ control, render, adminToken: options.adminToken, allowedHosts: options.adminHosts, report }),
    homePage(render, issuers),
    lookUpIssuer(issuers, options.refresh),
    keepJournal(),
    readBody(),
    meetFaults(),
    interactionPages(render),
    deviceScreen(render),
    askProvider(),
  ]
  const app = new Koa({ proxy: true, keys: options.cookieSigner as never })
  for (const layer of onion) app.use(layer)
  assertWithoutTracing(app.context)
  app.on('error', report)
  return app
}
