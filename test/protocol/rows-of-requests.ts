import { proof, type Section } from './proof.ts'

export const grants: Section = {
  title: 'Grants and flows',
  rows: [
    {
      what: 'Authorization code, with and without PKCE',
      proofs: [
        proof('e2e/clients', 'openid-client logs in, PKCE %s, with every check it has', 'openid-client'),
        proof('e2e/clients', 'oauth4webapi logs in, PKCE %s, and asks who it is', 'oauth4webapi'),
      ],
    },
    {
      what: 'Implicit',
      proofs: [proof('e2e/response-types', 'openid-client takes an ID token from the fragment', 'openid-client')],
    },
    {
      what: 'Hybrid',
      proofs: [
        proof(
          'e2e/response-types',
          'openid-client takes code and ID token, and checks that they belong together',
          'openid-client',
        ),
      ],
    },
    {
      what: 'Every other response type, `token` alone and `none` among them',
      proofs: [
        proof(
          'e2e/response-types',
          'the response type "%s" answers in the fragment with all that it names',
          'openid-client',
        ),
        proof('e2e/response-types', 'the response type none answers with nothing but the state', 'openid-client'),
      ],
    },
    {
      what: '`query`, `fragment` and `form_post`',
      proofs: [
        proof('e2e/metadata', 'response_modes_supported', 'jose'),
        proof('e2e/form-post', 'an answer by form goes to the application by itself', 'Chromium'),
        proof('e2e/form-post', 'without a script it goes by one click', 'Chromium'),
      ],
    },
    {
      what: 'Signed and encrypted responses (JARM)',
      proofs: [
        proof('e2e/response-types', 'openid-client takes a signed response by %s', 'openid-client'),
        proof('e2e/metadata', 'authorization_encryption_alg_values_supported', 'jose'),
      ],
    },
    {
      what: 'Resource owner password credentials',
      proofs: [proof('e2e/further-grants', 'a password gets tokens, which refresh', 'openid-client')],
    },
    {
      what: 'Token exchange: impersonation, delegation with `act`',
      proofs: [
        proof('e2e/further-grants', 'a token is exchanged for another in the name of the same user', 'openid-client'),
        proof('e2e/further-grants', 'an actor is named in the token, and those before it inside', 'openid-client'),
      ],
    },
    {
      what: 'JWT bearer',
      proofs: [
        proof(
          'e2e/further-grants',
          'an assertion that the client has signed gets tokens for its subject',
          'openid-client',
        ),
      ],
    },
    {
      what: 'CIBA in poll mode',
      proofs: [
        proof(
          'e2e/ciba',
          'the library polls until the user has approved, and gets tokens of this user',
          'openid-client',
        ),
        proof('e2e/ciba', 'oauth4webapi does the same', 'oauth4webapi'),
      ],
    },
    {
      what: 'Device code',
      proofs: [
        proof('e2e/device', 'a person approves in a browser: code, confirmation, login, consent', 'openid-client'),
        proof('e2e/browser', 'a person types the code of a device, confirms it and signs in', 'Chromium'),
        proof('e2e/metadata', 'device_authorization_endpoint', 'fetch'),
      ],
    },
    {
      what: 'Refresh: rotation, reuse, grace, narrower scope',
      proofs: [
        proof('e2e/refresh', 'a second use of a rotated refresh token ends its whole family', 'openid-client'),
        proof('e2e/refresh', 'on_reuse: reject refuses only what was used already', 'openid-client'),
        proof(
          'e2e/refresh',
          'within its grace a rotated token is taken once more, after it no longer',
          'openid-client',
        ),
        proof('e2e/refresh', 'rotation: reuse keeps one refresh token for good', 'openid-client'),
        proof(
          'e2e/refresh',
          'a narrower scope is given, and the next refresh may be as wide as the first',
          'openid-client',
        ),
      ],
    },
    {
      what: 'Client credentials, with resource indicators',
      proofs: [
        proof('e2e/openid-client', 'client credentials give an access token by Basic and by post', 'openid-client'),
        proof('e2e/resources', 'come of client credentials, by resource and by audience', 'openid-client'),
      ],
    },
    {
      what: 'Token parameters in the query of a POST, where the persona says so',
      proofs: [
        proof(
          'e2e/personas/digitalocean',
          'a code and a refresh token, in the query of a POST, give the documented answer',
          'fetch',
        ),
      ],
    },
    {
      what: '`prompt` none, login, consent, select_account',
      proofs: [
        proof('e2e/prompts', 'prompt=none is login_required, then consent_required, then a code', 'openid-client'),
        proof(
          'e2e/prompts',
          'prompt=login shows the page to who is signed in, and auth_time is that of the new login',
          'openid-client',
        ),
        proof(
          'e2e/prompts',
          'prompt=consent asks again for what was allowed, also where consent is skipped',
          'openid-client',
        ),
        proof('e2e/prompts', 'prompt=select_account offers the accounts, and another may be taken', 'openid-client'),
      ],
    },
    {
      what: '`max_age`',
      proofs: [
        proof('e2e/prompts', 'max_age has the user log in again only once the login is too old', 'openid-client'),
      ],
    },
    {
      what: '`login_hint`, with a page and without',
      proofs: [
        proof('e2e/prompts', 'the login page knows whom the hint %s means', 'openid-client'),
        proof('e2e/prompts', 'a client may have the hint log in without a page', 'openid-client'),
      ],
    },
    {
      what: '`id_token_hint`',
      proofs: [
        proof('e2e/prompts', 'id_token_hint keeps its user, and asks anybody else to log in', 'openid-client'),
        proof('e2e/asked-user', 'login_required where another signs in: %s', 'openid-client'),
      ],
    },
    {
      what: '`acr_values`, step-up',
      proofs: [
        proof(
          'e2e/prompts',
          'acr_values are a wish: the first that is known is had, else the usual one',
          'openid-client',
        ),
        proof('e2e/prompts', 'an essential acr is had, or the request is refused', 'openid-client'),
      ],
    },
    {
      what: '`claims`',
      proofs: [proof('e2e/jose', 'the claims parameter asks for claims one by one', 'openid-client')],
    },
    {
      what: '`ui_locales`',
      proofs: [
        proof('e2e/prompts', 'ui_locales is taken, and what is told of languages and prompts is true', 'openid-client'),
      ],
    },
  ],
}

export const authentication: Section = {
  title: 'Client authentication and sender constraint',
  rows: [
    {
      what: '`none`, `client_secret_basic`, `client_secret_post`, `client_secret_jwt`, `private_key_jwt`',
      proofs: [
        proof('e2e/client-authentication', 'openid-client goes a whole round by %s', 'openid-client'),
        proof('e2e/client-authentication', 'a client of %s is held to it', 'openid-client'),
      ],
    },
    {
      what: '`tls_client_auth`, `self_signed_tls_client_auth`',
      proofs: [
        proof('e2e/mtls', 'a client of openid-client is known by its certificate, in a whole login', 'openid-client'),
        proof(
          'e2e/mtls',
          'a client is known by the certificate that it has registered, and by no other',
          'openid-client',
        ),
      ],
    },
    {
      what: 'Access tokens bound to certificates',
      proofs: [proof('e2e/mtls', 'are of use to nobody who has another, or none', 'openid-client')],
    },
    {
      what: 'DPoP, with and without nonces of the server',
      proofs: [
        proof('e2e/dpop', 'tokens are bound to the key of the proof, from the code to the refresh', 'openid-client'),
        proof('e2e/dpop', 'a bound token is of no use without its key', 'openid-client'),
        proof('e2e/metadata', 'dpop_signing_alg_values_supported', 'jose'),
      ],
    },
    {
      what: 'PKCE by S256, and by nothing less',
      proofs: [
        proof('e2e/metadata', 'code_challenge_methods_supported', 'fetch'),
        proof('e2e/authorization', 'are not given for a plain challenge, named or not', 'openid-client'),
      ],
    },
  ],
}

export const requests: Section = {
  title: 'Requests and registration',
  rows: [
    {
      what: 'Pushed authorization requests',
      proofs: [
        proof('e2e/hosts', 'a back end pushes its request by the internal name', 'openid-client'),
        proof('e2e/metadata', 'pushed_authorization_request_endpoint', 'fetch'),
      ],
    },
    {
      what: 'Request objects by value: signed, encrypted',
      proofs: [
        proof('e2e/jose', 'openid-client asks by a signed request object', 'openid-client'),
        proof('e2e/jose', 'a request object may be encrypted with the secret', 'openid-client'),
        proof(
          'e2e/encrypted-requests',
          'a request object that is encrypted to the issuer by %s, with its %s key, is read',
          'jose',
        ),
        proof('e2e/metadata', 'request_object_signing_alg_values_supported', 'jose'),
        proof('e2e/metadata', 'request_object_encryption_alg_values_supported', 'jose'),
      ],
    },
    {
      what: 'Request objects by reference',
      proofs: [
        proof(
          'e2e/request-objects',
          'openid-client logs in by a request object that the issuer fetches',
          'openid-client',
        ),
        proof(
          'e2e/request-objects',
          'oauth4webapi makes one, and its form with client_id and request_uri alone is enough',
          'oauth4webapi',
        ),
      ],
    },
    {
      what: 'Authorization details (RAR)',
      proofs: [
        proof(
          'e2e/authorization-details',
          'openid-client is granted what it asks for in detail, pushed: %s',
          'openid-client',
        ),
      ],
    },
    {
      what: 'Dynamic registration',
      proofs: [
        proof('e2e/registration', 'openid-client registers itself and logs in', 'openid-client'),
        proof('e2e/registration', 'oauth4webapi registers itself and logs in', 'oauth4webapi'),
      ],
    },
    {
      what: 'Registration with an initial access token',
      proofs: [proof('e2e/registration', 'a client registers with it, and openid-client knows how', 'openid-client')],
    },
    {
      what: 'Management of registrations',
      proofs: [proof('e2e/registration', 'a client reads, changes and deletes its registration', 'fetch')],
    },
  ],
}
