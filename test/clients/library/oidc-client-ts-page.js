// A single-page app: signs in, asks who it is, refreshes, and tells whoever has opened it what became of that.
import { ErrorResponse, UserManager } from 'oidc-client-ts'

const asked = new URLSearchParams(location.search).get('settings')
if (asked !== null) sessionStorage.setItem('settings', asked)
const manager = new UserManager({
  ...JSON.parse(sessionStorage.getItem('settings')),
  redirect_uri: `${location.origin}/callback`,
  scope: 'openid profile email',
  max_age: 3600,
  loadUserInfo: true,
  automaticSilentRenew: false,
})

async function inPart(part, work) {
  try {
    return await work()
  } catch (error) {
    await window.tell({ did: 'reject', code: codeOf(error), part })
    throw error
  }
}

/** Most of its errors have nothing but a text, which may go on with a URL or with what a server has said. */
function codeOf(error) {
  if (error instanceof ErrorResponse) return `ErrorResponse ${error.error}`
  if (error.name !== 'Error') return error.name
  return error.message.replace(/, from URL: .*|: \{.*/s, '')
}

async function finish() {
  const user = await inPart('callback', () => manager.signinCallback())
  if (user.refresh_token !== undefined) await inPart('refresh', () => manager.signinSilent())
  await window.tell({ did: 'accept' })
}

if (location.pathname === '/callback') finish()
else inPart('authorization', () => manager.signinRedirect())
