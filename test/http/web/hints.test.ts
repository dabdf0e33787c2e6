import { expect, test } from 'vitest'
import { adviseOn } from '../../../src/http/web/hints.ts'

test.each([
  [
    { status: 400, error: 'invalid_redirect_uri', description: 'redirect_uri did not match' },
    /clients\[\]\.redirect_uris/,
  ],
  [
    { status: 400, error: 'invalid_request', description: 'post_logout_redirect_uri not registered' },
    /post_logout_redirect_uris/,
  ],
  [
    { status: 400, error: 'invalid_request', description: "missing required parameter 'redirect_uri'" },
    /must send `redirect_uri`/,
  ],
  [{ status: 400, error: 'invalid_request', description: 'interaction session not found' }, /cookies/],
  [{ status: 400, error: 'invalid_request', description: 'xsrf token invalid' }, /cookies/],
  [
    {
      status: 400,
      error: 'invalid_request',
      description: 'Authorization Server policy requires PKCE to be used for this request',
    },
    /code_challenge/,
  ],
  [
    { status: 400, error: 'invalid_client', description: 'client is invalid', detail: 'client not found' },
    /not registered with this issuer/,
  ],
  [
    { status: 400, error: 'invalid_request', description: "missing required parameter 'client_id'" },
    /must send `client_id`/,
  ],
  [
    { status: 400, error: 'invalid_request', description: 'client_id does not match the provided id_token_hint' },
    /or leave `client_id` out/,
  ],
  [
    {
      status: 400,
      error: 'invalid_client',
      description: 'unrecognized id_token_hint audience',
      detail: 'client not found',
    },
    /no access token/,
  ],
  [{ status: 400, error: 'invalid_request', description: 'could not decode id_token_hint' }, /must send an ID token/],
  [{ status: 401, error: 'invalid_client', description: 'client authentication failed' }, /client_secret/],
  [
    { status: 400, error: 'unsupported_response_type', description: 'unsupported response_type requested' },
    /response_type=code/,
  ],
  [
    { status: 400, error: 'invalid_request', description: 'openid scope must be requested for this request' },
    /scope `openid`/,
  ],
  [
    { status: 404, error: 'invalid_request', description: 'unrecognized route or not allowed method (GET on /x)' },
    /discovery document/,
  ],
  [
    { status: 404, error: 'invalid_request', description: 'no device request has the code "X".' },
    /start again on the device/,
  ],
  [
    { status: 400, error: 'invalid_request', description: "'client_id' parameter must not be provided twice" },
    /each parameter once/,
  ],
  [
    { status: 400, error: 'invalid_client_metadata', description: 'no suitable encryption key found (RSA-OAEP)' },
    /`use: enc`/,
  ],
  [{ status: 404, error: 'not_found' }, /lists them all/],
  [{ status: 400, error: 'something_new' }, /Start again/],
])('%o has a way out', (page, hint) => {
  expect(adviseOn(page).hint).toMatch(hint)
})

test('a hint that comes with the error goes first', () => {
  const advice = adviseOn({ status: 400, error: 'invalid_client', hint: 'Turn it off and on.' })

  expect(advice.hint).toBe('Turn it off and on.')
})
