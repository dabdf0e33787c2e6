// A strict single-page app: it knows its issuer and its client id, nothing else, and shows what it got as JSON.
import * as oauth from 'oauth4webapi'

const { issuer, clientId } = JSON.parse(document.querySelector('#settings').textContent)
const client = { client_id: clientId }
const insecure = { [oauth.allowInsecureRequests]: true }
const redirectUri = `${location.origin}/callback`

const server = await oauth.processDiscoveryResponse(
  new URL(issuer),
  await oauth.discoveryRequest(new URL(issuer), insecure),
)

/** Sends the browser to sign in; what it asks for travels with it, or is pushed before. */
async function signIn(isPushed) {
  const [verifier, state, nonce] = [1, 2, 3].map(() => oauth.generateRandomState())
  sessionStorage.setItem('login', JSON.stringify({ verifier, state, nonce }))
  const url = new URL(server.authorization_endpoint)
  const params = {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile',
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }
  url.search = new URLSearchParams(isPushed ? await push(params) : params)
  location.assign(url)
}

async function push(params) {
  const answer = await oauth.pushedAuthorizationRequest(server, client, oauth.None(), params, insecure)
  const { request_uri } = await oauth.processPushedAuthorizationResponse(server, client, answer)
  return { client_id: clientId, request_uri }
}

async function finish() {
  const { verifier, state, nonce } = JSON.parse(sessionStorage.getItem('login'))
  const params = oauth.validateAuthResponse(server, client, new URL(location.href), state)
  const answer = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    params,
    redirectUri,
    verifier,
    insecure,
  )
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, {
    expectedNonce: nonce,
    requireIdToken: true,
  })
  await oauth.validateApplicationLevelSignature(server, answer, insecure)
  const { iss, sub } = oauth.getValidatedIdTokenClaims(tokens)
  const userinfo = await oauth.processUserInfoResponse(
    server,
    client,
    sub,
    await oauth.userInfoRequest(server, client, tokens.access_token, insecure),
  )
  const refreshed = await oauth.processRefreshTokenResponse(
    server,
    client,
    await oauth.refreshTokenGrantRequest(server, client, oauth.None(), tokens.refresh_token, insecure),
  )
  sessionStorage.setItem('id_token', tokens.id_token)
  return { iss, userinfo, refreshed: refreshed.access_token !== tokens.access_token, accessToken: tokens.access_token }
}

function signOut() {
  const url = new URL(server.end_session_endpoint)
  url.search = new URLSearchParams({
    client_id: clientId,
    id_token_hint: sessionStorage.getItem('id_token'),
    post_logout_redirect_uri: `${location.origin}/signed-out`,
  })
  location.assign(url)
}

function show(result) {
  document.querySelector('#result').textContent = JSON.stringify(result)
}

document.querySelector('#sign-in').addEventListener('click', () => signIn(false))
document.querySelector('#sign-in-pushed').addEventListener('click', () => signIn(true))
document.querySelector('#sign-out').addEventListener('click', signOut)
if (location.pathname === '/callback') {
  finish().then(show, ({ code, message, error, status }) => show({ code, message, error, status }))
}
