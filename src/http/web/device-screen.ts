import type { Context, Middleware, Next } from 'koa'
import type { Render } from '../../domain/pages.ts'
import { UnderstudyError } from '../../errors.ts'
import { personaOf } from '../../issuer/issuer.ts'
import { issuerOf } from '../state.ts'

/**
 * What the device itself would show, at `<verification page>/screen?user_code=…`: the code, and a QR code of
 * `verification_uri_complete`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8628#section-3.3.1 RFC 8628 section 3.3.1}
 */
export function deviceScreen(render: Render): Middleware {
  return function deviceScreen(ctx, next) {
    return ctx.path.endsWith('/screen') ? answer(ctx, next) : next()
  }

  async function answer(ctx: Context, next: Next): Promise<void> {
    const issuer = issuerOf(ctx)
    const { device_verification: verification } = personaOf(issuer.settings).endpoints
    if (ctx.path !== `${verification}/screen`) return next()
    ctx.state.allowedMethods = 'GET'
    if (ctx.method !== 'GET') return
    const { user_code: typed } = ctx.query
    const userCode = typeof typed === 'string' ? typed : ''
    const { provider } = issuer
    const device = await provider.devices.state(userCode)
    if (device === undefined) throw unknownCode(userCode)
    const verificationUri = provider.naming.baseFor(ctx.req, 'code_verification') + verification
    ctx.type = 'html'
    ctx.body = await render('device-screen', {
      issuer: provider.pageIssuer(ctx.req),
      client: issuer.clientName(device.clientId),
      userCode,
      verificationUri,
      verificationUriComplete: `${verificationUri}?user_code=${encodeURIComponent(userCode)}`,
      state: device.state,
    })
  }
}

function unknownCode(userCode: string): UnderstudyError {
  const asked = userCode === '' ? 'the parameter user_code is missing' : `no device request has the code "${userCode}"`
  return new UnderstudyError(
    'ERR_DEVICE_UNKNOWN',
    404,
    `Failed to show a device's screen: ${asked}. Ask for a new code.`,
  )
}
