import { UnderstudyError } from '../../errors.ts'
import { Agent, type Stop } from '../login/agent.ts'
import { type Page, textOf } from '../login/forms.ts'
import { BrokenClient, type ClientRound, RefusedLogin } from './login.ts'

/** How a page tells that somebody is logged in. */
export interface BrowserLogin {
  /** Text that stands in the page where somebody is logged in, and in no other. Default: any page with status 200 to 299. */
  expect?: string | undefined
}

type IsIssuer = (url: URL) => boolean

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether URLs are at the same server, by whichever name of this machine it is called. */
function sameServer({ port, hostname }: URL): IsIssuer {
  return (url) =>
    url.port === port && (url.hostname === hostname || (loopback.has(url.hostname) && loopback.has(hostname)))
}

/** So many pages lead on by themselves, at the most. */
const mostPages = 4

/**
 * Has a web application log somebody in, as seen by a browser without scripts: it opens the URL by which a login begins,
 * follows redirects with its cookies, and looks at the page at the end.
 *
 * @param url such as `http://localhost:3000/login`
 */
export function loginByBrowser(url: string | URL, { expect }: BrowserLogin = {}): ClientRound {
  return async function login({ issuer, signal }) {
    const agent = new Agent(() => false, signal)
    const isIssuer = sameServer(new URL(issuer))
    try {
      const page = await pastPages(agent, await agent.open(new URL(url)), isIssuer)
      judge(page, isIssuer, expect)
    } catch (error) {
      throw endOf(error, isIssuer)
    }
  }
}

/** Goes on where the issuer has the browser deliver something, as it does by its own script. */
async function pastPages(agent: Agent, start: Stop, isIssuer: IsIssuer): Promise<Page> {
  let page = pageOf(start)
  for (let count = 0; count < mostPages && isIssuer(page.url); count += 1) {
    const next = await delivered(agent, page, isIssuer)
    if (next === undefined) break
    page = pageOf(next)
  }
  return page
}

/** What comes of a page that delivers: by forms, or in a frame and then as a whole; undefined where it does not. */
async function delivered(agent: Agent, page: Page, isIssuer: IsIssuer): Promise<Stop | undefined> {
  const framed = /<iframe name="first" src="([^"]+)"/.exec(page.html)?.[1]?.replaceAll('&amp;', '&')
  if (framed !== undefined) {
    await agent.open(new URL(framed, page.url))
    return agent.open(new URL(framed, page.url))
  }
  let last: Stop | undefined
  for (const form of page.forms) {
    if (!isIssuer(new URL(form.action, page.url))) last = await agent.submit(page, form)
  }
  return last
}

function pageOf(stop: Stop): Page {
  if (stop.at === 'page') return stop.page
  throw new BrokenClient(`the browser was not let on to ${stop.url.origin}`)
}

/** @throws RefusedLogin where nobody is logged in */
function judge({ url, status, html }: Page, isIssuer: IsIssuer, expected: string | undefined): void {
  const where = `${url.origin}${url.pathname}`
  if (isIssuer(url)) throw new RefusedLogin(`the browser stays at ${where} (${status}): ${textOf(html)}`)
  if (status < 200 || status > 299) throw new RefusedLogin(`${where} answers ${status}: ${textOf(html)}`)
  if (expected === undefined || html.includes(expected)) return
  throw new RefusedLogin(`${where} does not say "${expected}": ${textOf(html)}`)
}

/** What breaks at the issuer is no fault of the application's; what breaks at the application is. */
function endOf(error: unknown, isIssuer: IsIssuer): unknown {
  if (!(error instanceof UnderstudyError)) return error
  const why = error.message.replace(/^Failed to log in: /, '')
  const origin = URL.parse(String(error.details?.origin))
  return origin !== null && isIssuer(origin) ? new RefusedLogin(why) : new BrokenClient(why)
}
