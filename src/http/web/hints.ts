import type { ErrorPage } from '../../domain/pages.ts'

/** What an error means in words a newcomer understands, and what to do about it. Words in backticks are shown as code. */
export interface Advice {
  title: string
  hint: string
}

interface Rule extends Advice {
  error?: string
  status?: number
  /** Looked for in the description and the detail, where one code has many causes. */
  says?: RegExp
}

/** The first that fits wins: those that look at the words stand before those that look at the code alone. */
const rules: readonly Rule[] = [
  {
    status: 404,
    says: /user_code|device request/,
    title: 'There is no such device code',
    hint: 'Check the code, or start again on the device to get a new one: a code lives only for some minutes.',
  },
  {
    error: 'invalid_request',
    status: 404,
    title: 'There is nothing here',
    hint: 'The address is no endpoint of this issuer. Take every endpoint from the discovery document (`/.well-known/openid-configuration`) instead of building it by hand.',
  },
  {
    says: /content-type bodies are supported/,
    title: 'The app sent no form',
    hint: 'Send the parameters as a form (`application/x-www-form-urlencoded`, not JSON, and not compressed), or in the query of the address. In JavaScript, a body of `new URLSearchParams({…})` is a form.',
  },
  {
    status: 409,
    says: /prompt=login/,
    title: 'Somebody else would be logged in',
    hint: 'The test means one user, and without a page another would be logged in.',
  },
  {
    says: /must not be provided twice/,
    title: 'A parameter is repeated',
    hint: 'The app sends the named parameter more than once. Send each parameter once: look for one that is in the URL already where it is added again.',
  },
  {
    says: /post_logout_redirect_uri/,
    title: 'The app may not send you back there',
    hint: 'Register the address exactly as the app sends it in `clients[].post_logout_redirect_uris`, then sign out again from the app.',
  },
  {
    error: 'invalid_redirect_uri',
    title: 'The app’s redirect address is not registered',
    hint: 'Register `redirect_uri` exactly as the app sends it (scheme, host, path and final slash) in `clients[].redirect_uris`. It is not followed, because an unregistered address could be anyone’s.',
  },
  {
    says: /redirect_uri/,
    title: 'The redirect address is missing or wrong',
    hint: 'The app must send `redirect_uri`, exactly as it stands in `clients[].redirect_uris`.',
  },
  {
    says: /session.*not found|cookie|mismatch|principal changed|has expired|xsrf|could not find (device form|logout) details|begun in another browser/i,
    title: 'This page is too old, or your browser’s cookies are missing',
    hint: 'Go back to the app and start again. If it happens every time, the browser did not keep our cookies: begin and end at one host name (`localhost` and `127.0.0.1` are two), allow cookies, and do not open the page in a frame of another site.',
  },
  {
    says: /PKCE|code_challenge/,
    title: 'The app must use PKCE',
    hint: 'Send `code_challenge` and `code_challenge_method=S256` with the authorization request, and `code_verifier` with the token request. Most client libraries do it when told to use PKCE.',
  },
  {
    says: /missing required parameter.*client_id/,
    title: 'The app does not say who it is',
    hint: 'The app must send `client_id`, as it stands in `clients` of the fixtures. If it does, look for one that is empty, or is lost on the way here.',
  },
  {
    says: /client_id does not match the provided id_token_hint/,
    title: 'The ID token belongs to another app',
    hint: 'Send the ID token that this very client was given as `id_token_hint`, or leave `client_id` out: the token says whose it is.',
  },
  {
    says: /id_token_hint/,
    title: 'This is no ID token of this issuer',
    hint: 'As `id_token_hint` the app must send an ID token, whole and as it came from this issuer: no access token, none of another issuer, and none that was signed by a key that is gone.',
  },
  {
    says: /client not found|client is invalid/,
    title: 'No such client',
    hint: 'The `client_id` is not registered with this issuer. Add it to `clients` in the fixtures, or check for a typing mistake and for the wrong issuer.',
  },
  {
    error: 'invalid_client',
    title: 'The client could not be recognised',
    hint: 'Check `client_id`, `client_secret` and `token_endpoint_auth_method` of the app against `clients` in the fixtures.',
  },
  {
    error: 'invalid_client_metadata',
    says: /encryption key|JSON Web Key Set/,
    title: 'There is no key to encrypt the answer with',
    hint: 'The client wants what it gets encrypted (`…_encrypted_response_alg`) and has no key for that. Add a public key that fits, with `use: enc`, to `jwks` of the client, or see to it that `jwks_uri` answers with one.',
  },
  {
    error: 'unauthorized_client',
    title: 'This client may not do that',
    hint: 'Add the grant or response type to its `grant_types` or `response_types` in the fixtures.',
  },
  {
    error: 'access_denied',
    title: 'Access was denied',
    hint: 'The sign-in was cancelled, the account may not sign in, or none of the scopes may be granted. Start again from the app, with another account if need be.',
  },
  {
    error: 'invalid_scope',
    title: 'The app asks for a scope that it may not have',
    hint: 'Declare the scope under `scopes` in the fixtures, and if the client names its own `scope`, add it there too.',
  },
  {
    says: /scope/,
    title: 'The scopes of the request do not fit',
    hint: 'An OpenID Connect request needs the scope `openid`. Others must be declared under `scopes` in the fixtures.',
  },
  {
    error: 'unsupported_response_type',
    title: 'This response type is not supported',
    hint: 'Use `response_type=code`; the discovery document lists what else works in `response_types_supported`.',
  },
  {
    error: 'unsupported_response_mode',
    title: 'This response mode is not supported',
    hint: 'The discovery document lists what works in `response_modes_supported`; leave `response_mode` out for the usual one.',
  },
  {
    error: 'expired_token',
    title: 'The code has expired',
    hint: 'Start again on the device to get a new code.',
  },
  {
    error: 'invalid_request_object',
    title: 'The request object is not valid',
    hint: 'Check its signature, `iss` (the client id), `aud` (the issuer) and times, and that its key is in `jwks` of the client.',
  },
  {
    error: 'invalid_request_uri',
    title: 'The pushed request is unknown',
    hint: 'A `request_uri` works once and for a short time. Push the request again.',
  },
  {
    error: 'invalid_request',
    title: 'The request is not valid',
    hint: 'Compare the parameters that the app sent with the description: one is missing, repeated or has a value that is not allowed.',
  },
  {
    error: 'temporarily_unavailable',
    title: 'Not available just now',
    hint: 'Try again in a moment. A fault that a test has armed can cause this too: `understudy armed` lists them.',
  },
  {
    error: 'server_error',
    says: /^Failed to play /,
    title: 'A fault of your own has failed',
    hint: 'The fixtures declare this fault themselves: mend it there. The log says where it broke.',
  },
  {
    error: 'server_error',
    title: 'Something broke on our side',
    hint: 'A fault that a test has armed can cause this: `understudy armed` lists them. Otherwise the log has the details.',
  },
  {
    status: 404,
    title: 'There is nothing here',
    hint: 'Check the address: an issuer other than the default one lives under its name. The page at `/` lists them all.',
  },
]

const otherwise: Advice = {
  title: 'Something went wrong',
  hint: 'Start again from the app. If it happens again, the error and its description tell what the app should change.',
}

/** The words for an error; a hint that comes with the error goes before ours. */
export function adviseOn(page: Pick<ErrorPage, 'status' | 'error' | 'description' | 'detail' | 'hint'>): Advice {
  const words = `${page.description ?? ''}\n${page.detail ?? ''}`

  function fits(rule: Rule): boolean {
    return (
      (rule.error === undefined || rule.error === page.error) &&
      (rule.status === undefined || rule.status === page.status) &&
      (rule.says === undefined || rule.says.test(words))
    )
  }

  const { title, hint } = rules.find(fits) ?? otherwise
  return { title, hint: page.hint ?? hint }
}
