import { hash } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { lookCssIn } from './look.ts'
import { style } from './style.ts'

/** What every page of ours begins with, and no page of oidc-provider's (which needs its script) does. */
export const pageStart = '<!doctype html><html lang="en" data-understudy>'

/** The one script of our pages: it sends the form that takes an answer to the client. */
export const submitScript = 'document.forms[0].submit()'

/** The script of a page that goes on once its frames are there, or have had their time. */
export const continueScript =
  "const go=()=>location.replace(document.querySelector('main a').href);addEventListener('load',go);setTimeout(go,5000)"

/** The script of a page that posts its first form into its frame, and its second once that is there or has had its time. */
export const postTwiceScript =
  "const [first,last]=document.forms,frame=document.querySelector('iframe');let sent=false;const go=()=>sent||(sent=true,last.submit());addEventListener('load',()=>{first.submit();frame.addEventListener('load',go);setTimeout(go,5000)})"

/**
 * The headers of every page: nothing runs, nothing is fetched, nothing frames it, nothing is kept.
 *
 * There is no `form-action`: Chrome applies it to the redirect that follows a form too, which goes to the client.
 *
 * @see {@link https://www.w3.org/TR/CSP3/ CSP 3}
 */
export function pageHeaders(): Record<string, string> {
  return {
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; style-src ${style().source} ${style('reference').source}; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'`,
    'content-type': 'text/html; charset=utf-8',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'x-content-type-options': 'nosniff',
  }
}

/** Puts the headers on whatever page of ours leaves, whoever rendered it. */
export function securePages(): Middleware {
  return async function securePages(ctx, next) {
    await next()
    if (typeof ctx.body !== 'string') return
    if (ctx.body.startsWith(pageStart)) {
      secureOwn(ctx, ctx.body)
      allowFrames(ctx, ctx.body)
    } else if (ctx.type === 'text/html') secureScript(ctx, ctx.body)
  }
}

/** A page that goes on to the client by itself may run the script for it; a client asks in frames too whether somebody is signed in. */
function secureOwn(ctx: Context, page: string): void {
  ctx.set(pageHeaders())
  const look = lookCssIn(page)
  if (look !== undefined) ctx.set('content-security-policy', withStyle(look))
  if (!page.includes(`<script>${submitScript}</script>`)) return
  const { 'content-security-policy': policy = '' } = pageHeaders()
  const framed = policy.replace("; frame-ancestors 'none'", '')
  ctx.set('content-security-policy', `${framed}; script-src ${sourceOf(submitScript)}`)
}

/** The policy of a page that has the style of a provider as well. */
function withStyle(css: string): string {
  const { 'content-security-policy': policy = '' } = pageHeaders()
  return policy.replace('style-src ', `style-src ${sourceOf(css)} `)
}

/** A page that tells clients of a logout by frames may have those, and the script that goes on after them. */
function allowFrames(ctx: Context, page: string): void {
  const { frameOrigins, isFramed } = ctx.state as { frameOrigins?: readonly string[]; isFramed?: boolean }
  if (frameOrigins === undefined || !page.includes('<iframe')) return
  const { 'content-security-policy': usual = '' } = pageHeaders()
  // What goes back to a client may do so in a frame of its own.
  const policy = isFramed ? usual.replace("; frame-ancestors 'none'", '') : usual
  const own = [continueScript, postTwiceScript].find((each) => page.includes(`<script>${each}</script>`))
  const script = own === undefined ? '' : `; script-src ${sourceOf(own)}`
  ctx.set('content-security-policy', `${policy}; frame-src ${frameOrigins.join(' ')}${script}`)
}

/** A form that oidc-provider has submit itself may run that one script, and nothing else; who frames it matters not. */
function secureScript(ctx: Context, page: string): void {
  const script = /<script>(.*?)<\/script>/s.exec(page)?.[1]
  if (script === undefined) return
  ctx.set('content-security-policy', `default-src 'none'; script-src ${sourceOf(script)}; base-uri 'none'`)
}

const sourceOf = (script: string): string => `'sha256-${hash('sha256', script, 'base64')}'`
