import { isUndeclared } from '../../domain/open.ts'
import { didYouMean } from '../../errors.ts'
import { list, named, quote, type Reason, type Refusal, registered } from './refusal.ts'

/** What can be wrong with an authorization or device request, and what can become of a good one. */
export const authorizationReasons: readonly Reason[] = [
  {
    error: 'invalid_redirect_uri',
    why: (refusal) => unregisteredRedirect(refusal),
  },
  {
    said: /redirect_uri did not match/,
    why: (refusal) => unregisteredRedirect(refusal),
  },
  {
    said: /asks for another user than the one who is meant/,
    why: () =>
      'The hint of the request means one user, and the sub of its claims parameter another. Have both mean the same, or ask without the claim.',
  },
  {
    said: /asks for another user/,
    why: ({ user }) =>
      `The request asks for one user, by id_token_hint or by the sub of its claims parameter, and it is ${user === undefined ? 'another' : `"${user}"`} who is signed in. Sign in as the one who is asked for, or ask without the hint.`,
  },
  {
    error: 'login_required',
    why: ({ params, user }) => {
      const who = user === undefined ? 'nobody is signed in in this browser' : `"${user}" would have to sign in again`
      return params.prompt === 'none'
        ? `The request said prompt=none, which allows no login page, and ${who}. Send the browser through an authorization without prompt=none first.`
        : `A login was needed and could not be asked for: ${who}.`
    },
  },
  {
    error: 'consent_required',
    why: (refusal) =>
      `The request said prompt=none, which allows no consent page, and the user has not yet agreed to what ${named(refusal)} asks for (${quote(refusal.params.scope)}). Ask once without prompt=none, or set consent: skip on the client.`,
  },
  {
    error: 'interaction_required',
    why: () =>
      'The request said prompt=none, which allows no page, and a page was needed. Ask once without prompt=none.',
  },
  {
    error: 'account_selection_required',
    why: () => 'The request said prompt=none, which allows no page, and the user would have had to choose an account.',
  },
  {
    error: 'access_denied',
    why: ({ said }) =>
      /refused the request|aborted/.test(said)
        ? 'The user pressed Cancel, or a test denied the request. A client is to handle this as an answer, not as a failure.'
        : `The user may not go on: ${said || 'access was denied'}. The state of a user is set by \`state\` in the fixtures.`,
  },
  {
    said: /offline_access is left out/,
    why: () =>
      'Of the scopes of the request there is offline_access alone, which is left out unless the request says prompt=consent and asks for a code, and the client may use refresh tokens. Ask for another scope, such as "openid", beside it.',
  },
  {
    said: /none of the requested scopes exists here|asks for no scope/,
    why: ({ params, registrations }) => unknownScopes(params.scope, registrations.scopes()),
  },
  {
    said: /requested scope is not allowed/,
    why: (refusal) =>
      `${named(refusal)} may not ask for all of ${quote(refusal.params.scope)}: its registration allows ${quote(refusal.client?.scope)}. Change \`scope\` of the client, or what it asks for.`,
  },
  {
    said: /scope contains invalid characters/,
    why: ({ params }) =>
      `The scope ${quote(params.scope)} cannot be read. It is to be names with single spaces between them, such as "openid profile".`,
  },
  {
    said: /openid scope must be requested/,
    why: ({ params, said }) =>
      `The scope ${quote(params.scope)} lacks "openid", without which this is no OpenID Connect request: ${said}.`,
  },
  {
    said: /response_type/,
    why: ({ params, client }) =>
      `The response_type ${quote(params.response_type)} cannot be used here. The client may use ${list(client?.response_types ?? ['code'])}; the authorization code flow is "code".`,
  },
  {
    error: 'unsupported_response_type',
    why: ({ params, client }) =>
      `There is no response_type ${quote(params.response_type)} here.${didYouMean(params.response_type ?? '', client?.response_types ?? [])} The authorization code flow is "code".`,
  },
  {
    said: /response_mode/,
    why: ({ params }) =>
      `The response_mode ${quote(params.response_mode)} cannot be used with response_type ${quote(params.response_type)}. Leave it out for the usual one, or use query or form_post.`,
  },
  {
    error: 'unsupported_response_mode',
    why: ({ params }) =>
      `There is no response_mode ${quote(params.response_mode)} here. Leave it out for the usual one, or use query, fragment or form_post.`,
  },
  {
    said: /code_challenge_method must be provided/,
    why: () =>
      'The request has a code_challenge and no code_challenge_method, which would mean plain. Send code_challenge_method=S256 with base64url(sha256(code_verifier)).',
  },
  {
    said: /not supported value of code_challenge_method/,
    why: ({ params }) =>
      `The code_challenge_method ${quote(params.code_challenge_method)} is not taken: only S256 is. Send base64url(sha256(code_verifier)) as code_challenge.`,
  },
  {
    said: /code_challenge/,
    why: ({ said }) =>
      `The PKCE parameters are not right: ${said}. A code_challenge is 43 characters of base64url, and comes with code_challenge_method=S256.`,
  },
  {
    said: /requires? PKCE|policy requires PKCE/,
    why: (refusal) =>
      `${named(refusal)} must use PKCE and sent no code_challenge. Send code_challenge and code_challenge_method=S256.`,
  },
  {
    said: /prompt/,
    why: ({ params }) =>
      `The prompt ${quote(params.prompt)} cannot be used: "none" stands alone, others are login, consent and select_account.`,
  },
  {
    said: /max_age/,
    why: ({ params }) => `The max_age ${quote(params.max_age)} is no number of seconds.`,
  },
  {
    said: /authorization request has expired|interaction session not found/,
    why: () =>
      'The browser came back to a login that is not there any more: it was finished already (the Back button, or a page that was reloaded), it was older than an hour, or a reset has ended it. Begin the login anew.',
  },
  {
    said: /cookie identifier mismatch|session mismatch/,
    why: () =>
      'The browser came back to a login without the cookie that it was given for it: it is another browser, its cookies were cleared, or host and port differ from those where the login began (localhost is not 127.0.0.1).',
  },
  {
    said: /id_token_hint/,
    why: ({ said }) =>
      `The id_token_hint was not taken: ${said}. Send an ID token that this issuer gave to this client; after a change of keys or of the issuer's URL, old ones are worth nothing.`,
  },
  {
    said: /post_logout_redirect_uri not registered/,
    why: ({ params, client, clientId, registrations }) =>
      isUndeclared(registrations.clients, clientId ?? '')
        ? undeclaredRedirect('post_logout_redirect_uri', params.post_logout_redirect_uri, clientId)
        : `The post_logout_redirect_uri ${quote(params.post_logout_redirect_uri)} is not registered. ${registered(params.post_logout_redirect_uri, client?.post_logout_redirect_uris ?? [])} Such URIs are compared character by character.`,
  },
  {
    said: /client_id does not match the provided id_token_hint/,
    why: ({ params }) => `The id_token_hint was issued to another client than ${quote(params.client_id)}.`,
  },
  {
    said: /request_uri is invalid, expired|invalid request_uri/,
    why: ({ params }) =>
      `The request_uri ${quote(params.request_uri)} stands for no pushed request that is waiting: each can be used once, and only for a minute or so. Push the request again.`,
  },
  {
    said: /Request Object|request object/,
    why: ({ said }) => `The signed request (JAR) was not taken: ${said}.`,
  },
  {
    said: /request and request_uri|Pushed Authorization Request must be used/,
    why: ({ said }) => `The request was not passed on in the way that is expected: ${said}.`,
  },
  {
    said: /claims/,
    if: ({ params }) => params.claims !== undefined,
    why: ({ said }) =>
      `The claims parameter cannot be used: ${said}. It is JSON such as {"id_token":{"email":null}}, percent-encoded.`,
  },
]

/** No list would tell of it: in an open issuer such a client has none. */
function undeclaredRedirect(param: string, sent: string | undefined, clientId: string | undefined): string {
  return `The ${param} ${quote(sent)} was not taken: nobody has declared ${quote(clientId)}, and the open issuer sends the browser of such a client to loopback hosts (localhost, 127.0.0.1, [::1]) and to schemes of apps alone. Declare the client with this address.`
}

function unregisteredRedirect({ params, client, clientId, registrations }: Refusal): string {
  const sent = params.redirect_uri
  if (isUndeclared(registrations.clients, clientId ?? '')) return undeclaredRedirect('redirect_uri', sent, clientId)
  const rest = registered(sent, client?.redirect_uris ?? [])
  return `The redirect_uri ${quote(sent)} is not registered for ${quote(clientId)}. ${rest} Such URIs are compared character by character, slashes at the end included; only the port of loopback hosts is free. Since the address cannot be trusted, the error is shown on a page instead of being sent to the client.`
}

function unknownScopes(asked: string | undefined, known: readonly string[]): string {
  const unknown = (asked ?? '').split(' ').filter((name) => name !== '' && !known.includes(name))
  if (unknown.length === 0)
    return `The request asks for no scope. There are ${list(known)}; OpenID Connect needs "openid".`
  const guesses = unknown.map((name) => didYouMean(name, known)).join('')
  const what = unknown.length === 1 ? 'The scope' : 'The scopes'
  const verb = unknown.length === 1 ? 'does' : 'do'
  return `${what} ${list(unknown)} ${verb} not exist here.${guesses} There are ${list(known)}.`
}
