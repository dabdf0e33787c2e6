import { ended, UnderstudyError } from '../../errors.ts'
import { cookieValue, tagCookie, userCookie } from '../cookies.ts'
import { checkTag } from '../tag.ts'
import { Agent, type Stop } from './agent.ts'
import { type AuthorizationRequest, authorizationUrl, type LoginAt } from './authorization-url.ts'
import { descriptionOf, type Form, type Page, textOf } from './forms.ts'

/** How a person goes through the pages. */
export interface Walk {
  /** Left out: the user is picked from the list of the login page, which needs no password. */
  password?: string | undefined
  /** What is answered on the consent page. Default: `allow`. */
  consent?: 'allow' | 'deny' | undefined
  /** Tags the login and all that comes of it. */
  tag?: string | undefined
}

/** The authorization URL that an app has made, with its own state, nonce and PKCE; or what one is to be made of. */
export type LoginOptions = Walk & ({ url: string | URL } | AuthorizationRequest)

/**
 * Logs a user in as a person would, through the pages of login and consent, but without a browser.
 *
 * @returns the URL at which the client would be called back, with `code`, `state` and `iss`, or the `error` that the
 *   client is told
 * @throws UnderstudyError `ERR_LOGIN_FAILED` with what the page says, where there is no way on to the client, or
 *   somebody else is logged in without a page; `ERR_TAG_INVALID`
 */
export async function login(at: LoginAt, user: string, options: LoginOptions = {}): Promise<URL> {
  const { tag } = options
  if (tag !== undefined) checkTag(tag)
  const url = await authorizationUrl(at, options)
  const agent = new Agent(isClientOf(url))
  agent.keep({ name: userCookie, value: cookieValue(user), path: '/' })
  if (tag !== undefined) agent.keep({ name: tagCookie, value: cookieValue(tag), path: '/' })
  return walk(agent, await agent.open(url), user, options)
}

/** Everything of the provider's is where its authorization endpoint is; a client there is told by its redirect URI. */
function isClientOf(authorization: URL): (url: URL) => boolean {
  const redirectUri = authorization.searchParams.get('redirect_uri')
  return function isClient(url) {
    return (
      url.origin !== authorization.origin ||
      (redirectUri !== null && withoutQuery(url.href) === withoutQuery(redirectUri))
    )
  }
}

async function walk(agent: Agent, start: Stop, user: string, { password, consent = 'allow' }: Walk): Promise<URL> {
  let stop = start
  let hasLoggedIn = false
  for (let step = 0; step < 8; step += 1) {
    if (stop.at === 'client') return stop.url
    const { page } = stop
    const isLogin = page.forms.some(asksForName)
    if (isLogin && hasLoggedIn) throw failed(user, page)
    hasLoggedIn ||= isLogin
    const next = isLogin ? loginForm(page, user, password) : consentForm(page, consent)
    if (next === undefined) throw failed(user, page)
    stop = await agent.submit(page, next.form, next.fields)
  }
  throw new UnderstudyError('ERR_LOGIN_FAILED', 502, `Failed to log "${user}" in: the pages have no end.`)
}

const asksForName = ({ html }: Form): boolean => html.includes('name="username"')

function loginForm({ forms }: Page, user: string, password: string | undefined) {
  const picker = forms.find(({ html }) => html.includes('name="pick"'))
  if (picker !== undefined && password === undefined) return { form: picker, fields: { pick: user } }
  const form = forms.find(asksForName)
  return form && { form, fields: { username: user, password: password ?? '' } }
}

/** Of a page of consent its answer; of one that only leads on, such as to a client by POST, its one form. */
function consentForm({ forms, status }: Page, consent: 'allow' | 'deny') {
  if (status >= 400) return undefined
  const deny = forms.find(({ html }) => html.includes('id="deny"'))
  if (deny !== undefined && consent === 'deny') return { form: deny, fields: {} }
  const form = deny === undefined ? forms[0] : forms.find(({ html }) => html.includes('class="actions"'))
  return form && { form, fields: {} }
}

function failed(user: string, { status, url, html }: Page): UnderstudyError {
  // Only who says whom it means is answered so, and is told all of it by the one sentence.
  const refusal = status === 409 ? descriptionOf(html) : undefined
  const said = `${url.origin}${url.pathname} answered ${status}: ${textOf(html)}`
  const message = `Failed to log "${user}" in: ${refusal === undefined ? said : ended(refusal)}`
  return new UnderstudyError('ERR_LOGIN_FAILED', status < 400 ? 502 : status, message)
}

const withoutQuery = (url: string): string => url.replace(/[?#].*$/, '')
