import type { Context, Next } from 'koa'
import { UnderstudyError } from '../../errors.ts'
import { isTrustedHost, parseHost } from './hosts.ts'

/**
 * Refuses what a foreign web page sends through somebody's browser: whoever runs the server is not who asks then.
 *
 * Only the raw `Host` counts: a page can set `X-Forwarded-Host`, but never `Host`, `Origin` or `Sec-Fetch-Site`.
 *
 * @param allowedHosts names beside loopback names, IP literals and single labels; asked on every request
 * @see {@link https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header Fetch Metadata 2.4}
 */
export function foreignPageGuard(allowedHosts: () => Iterable<string>) {
  return async function foreignPageGuard(ctx: Context, next: Next): Promise<void> {
    const { host, origin } = ctx.req.headers
    const asked = parseHost(host)
    if (asked === undefined || !isTrustedHost(asked.name, allowedHosts())) {
      throw refusal(`the host ${quote(host)} is not known here. Name it with --admin-hosts, or ask by an IP address.`)
    }
    if (origin !== undefined && !isSameHost(origin, host)) {
      throw refusal(`the page at ${quote(origin)} is not of this host. Ask from outside a browser.`)
    }
    const site = ctx.req.headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      throw refusal('the request came from a page of another origin. Ask from outside a browser.')
    }
    await next()
  }
}

/** Whether an origin's host and port are those that were asked; its scheme may be that of a proxy that ends TLS. */
function isSameHost(origin: string, host: string | undefined): boolean {
  if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false
  const { protocol, host: originHost } = new URL(origin)
  return originHost === new URL(`${protocol}//${host}`).host
}

function refusal(why: string): UnderstudyError {
  return new UnderstudyError('ERR_FOREIGN_REQUEST', 403, `Failed to let the request in: ${why}`)
}

function quote(value: string | undefined): string {
  return JSON.stringify(value ?? '')
}
