/** A cookie as browsers' drivers take it, such as Playwright's `addCookies`. */
export interface BrowserCookie {
  name: string
  value: string
  domain: string
  path: string
  /** In seconds since 1970; -1 until the browser closes. */
  expires: number
  httpOnly: boolean
  secure: boolean
  sameSite: 'Lax'
}

/** The cookie by which a browser tags all that it asks for. */
export const tagCookie = 'understudy_tag'

/** The cookie by which a browser says whom it means to log in: nobody else is, where no page would ask. */
export const userCookie = 'understudy_user'

/** A tag or a name as a cookie holds it, whatever characters it has. */
export function cookieValue(text: string): string {
  return encodeURIComponent(text)
}

/** What tags a browser at each of the hosts by which an issuer is reached. */
export function tagCookies(hosts: readonly string[], tag: string): BrowserCookie[] {
  return hosts.map((domain) => {
    return {
      name: tagCookie,
      value: cookieValue(tag),
      domain,
      path: '/',
      expires: -1,
      httpOnly: true,
      secure: false,
      sameSite: 'Lax',
    }
  })
}
