// A single-page app: signs in, asks who it is, refreshes, and tells whoever has opened it what became of that.
import { ErrorResponse, UserManager } from 'oidc-client-ts'

const asked = new URLSearchParams(location.search).get('settings')
if (asked !== null) sessionStorage.setItem('settings', asked)
const { visit, ...settings } = JSON.parse(sessionStorage.getItem('settings'))
const manager = new UserManager({
  ...settings,
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
    await tell({ did: 'reject', code: codeOf(error), part })
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
  // The setting of that name is not heeded where there is a refresh token.
  const { silentRequestTimeoutInSeconds } = settings
  if (user.refresh_token !== undefined) {
    await inPart('refresh', () => manager.signinSilent({ silentRequestTimeoutInSeconds }))
  }
  await tell({ did: 'accept' })
}

/** What is in a frame nobody sees. */
async function tell(seen) {
  if (window.top === window) await fetch(`/seen/${visit}`, { method: 'POST', body: JSON.stringify(seen) })
}

if (location.pathname === '/callback') finish()
else inPart('authorization', () => manager.signinRedirect({ nonce: crypto.randomUUID() }))
