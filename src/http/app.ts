import Koa, { type Middleware } from 'koa'
import type { Logger } from 'pino'
import type { Control } from '../control/control.ts'
import type { Render } from '../domain/pages.ts'
import { UnderstudyError } from '../errors.ts'
import type { Issuers } from '../issuer/registry.ts'
import type { CookieSigner } from '../provider/cookie-signer.ts'
import { assertWithoutTracing } from '../provider/quiet-assert.ts'
import { adminElsewhere, createAdminApi } from './admin/admin.ts'
import { issuersAt } from './admin/origin.ts'
import { brokenConnectionCode } from './broken-connection.ts'
import { readBody } from './middleware/body.ts'
import { answerErrors } from './middleware/errors.ts'
import { meetFaults } from './middleware/faults.ts'
import { keepJournal } from './middleware/journal.ts'
import { requestLog } from './middleware/log.ts'
import { lookUpIssuer } from './middleware/lookup.ts'
import { askProvider } from './middleware/provider.ts'
import { answerTogether } from './middleware/together.ts'
import { deviceScreen } from './web/device-screen.ts'
import { securePages } from './web/headers.ts'
import { homePage } from './web/home.ts'
import { interactionPages } from './web/interactions.ts'
import { waitingRequests } from './web/waiting.ts'

export interface AppOptions {
  issuers: Issuers
  control: Control
  render: Render
  logger: Logger
  cookieSigner: CookieSigner
  adminToken?: string | undefined
  /** Host names by which the admin API may be asked, beside those that are always let in. */
  adminHosts: () => Iterable<string>
  /** The origin of the admin API, where it has a port of its own and is not on this one; asked once both listen. */
  adminOrigin?: (() => string) | undefined
  /** Brings edited fixtures into force; nothing where there is nothing to do. */
  refresh: () => Promise<void> | undefined
}

/** The way of a request, outermost first. */
export function createApp(options: AppOptions): Koa {
  return layered(options, [
    options.adminOrigin === undefined ? adminApi(options) : adminElsewhere(),
    homePage(options.render, options.issuers, options.adminOrigin),
    lookUpIssuer(options.issuers, options.refresh),
    keepJournal(),
    readBody(),
    meetFaults(),
    interactionPages(options.render),
    deviceScreen(options.render),
    waitingRequests(options.render),
    askProvider(),
  ])
}

/**
 * The way of a request to a port that the admin API has to itself.
 *
 * @param issuerOrigin where the issuers are
 */
export function createAdminApp(options: AppOptions, issuerOrigin: string): Koa {
  return layered(options, [issuersAt(issuerOrigin), adminApi(options)])
}

function adminApi({ control, render, adminToken, adminHosts, logger }: AppOptions): Middleware {
  return createAdminApi({ control, render, adminToken, allowedHosts: adminHosts, report: reportTo(logger) })
}

function layered({ render, logger, cookieSigner }: AppOptions, layers: readonly Middleware[]): Koa {
  const app = new Koa({ proxy: true, keys: cookieSigner as never })
  for (const layer of [answerTogether, requestLog(logger), securePages(), answerErrors(render, logger), ...layers])
    app.use(layer)
  assertWithoutTracing(app.context)
  app.on('error', reportTo(logger))
  return app
}

function reportTo(logger: Logger): (error: unknown) => void {
  return function report(error) {
    const code = brokenConnectionCode(error)
    const told = error instanceof UnderstudyError ? error.message : 'Failed to answer a request'
    if (code === undefined) logger.error({ err: error }, told)
    else logger.debug({ code }, 'A client broke its connection off')
  }
}
