/** What every problem code of the admin API means, in a sentence. */
const meanings: Readonly<Record<string, string>> = {
  ERR_ADMIN_TOKEN: 'The admin token is missing, or not the one that the server was started with.',
  ERR_ARMED_UNKNOWN: 'No fault is armed under that id, or not any more.',
  ERR_BODY_TOO_LARGE: 'The body is larger than the operation takes.',
  ERR_BODY_UNREADABLE:
    'The body is no JSON in UTF-8, or broke off; `line` and `column` tell where it stops being JSON.',
  ERR_CERTIFICATE_ORDER: 'The subject or a name cannot stand in a certificate.',
  ERR_CIBA_DECIDED: 'The backchannel authentication request has been decided already.',
  ERR_CIBA_UNKNOWN: 'No backchannel authentication request waits under that id.',
  ERR_CLIENT_UNKNOWN: 'There is no client of that id.',
  ERR_CLOCK_RANGE: 'A time cannot be moved that far.',
  ERR_CONTENT_TYPE: 'The body is not declared as plain JSON, without an encoding.',
  ERR_DEVICE_DECIDED: 'The device request has been decided already.',
  ERR_DEVICE_UNKNOWN: 'No device request waits under that user code.',
  ERR_ENTRY_KEY: 'The key in the body is not the one in the path.',
  ERR_ENTRY_USED: 'A client refers to the entry; edit the client first.',
  ERR_FAULT_INVALID:
    'The fault cannot be armed like that; `errors` has each mistake, and the detail says what it takes.',
  ERR_FAULT_UNKNOWN: 'There is no fault of that name.',
  ERR_FIXTURES_INVALID: 'The document has mistakes; `errors` has each with its place.',
  ERR_FOREIGN_REQUEST: 'The request came from a page of another site, or by a host name that is not known here.',
  ERR_GRANT_UNKNOWN: 'There is no grant of that id, or not any more.',
  ERR_INTERNAL: 'Something unforeseen went wrong; the log of the server says what.',
  ERR_ISSUER_DECLARED: 'The fixtures declare the issuer, and would bring it back.',
  ERR_ISSUER_EXISTS: 'There is an issuer of that name already.',
  ERR_ISSUER_UNKNOWN: 'There is no issuer of that name.',
  ERR_KEY_ALG: 'There is no signing key of that algorithm, and none can be made.',
  ERR_KEY_UNKNOWN: 'There is no key of that id.',
  ERR_NOT_HELD: 'Nothing is held under that id: it holds no request, or has let go already.',
  ERR_NO_BACKCHANNEL_LOGOUT: 'The client has no place to be told of logouts.',
  ERR_NO_INITIATE_LOGIN: 'The client has no place to be asked to begin a login.',
  ERR_NO_JOURNAL: 'The issuer keeps no journal that expectations could be held against.',
  ERR_REQUEST_INVALID:
    'A member or parameter is missing, unknown, or has a value that is not taken; `errors` has each.',
  ERR_REQUEST_UNKNOWN: 'The journal has no entry of that id, or not any more.',
  ERR_SCENARIO_UNKNOWN: 'The fixtures have no scenario of that name.',
  ERR_SCOPE_UNKNOWN: 'The issuer adds no scope of that name to the standard ones.',
  ERR_SESSION_UNKNOWN: 'There is no session of that id, or not any more.',
  ERR_STORE_WRITE: 'The store could not write; the detail says why.',
  ERR_TOKEN_INVALID: 'The token cannot be made like that; the detail says why.',
  ERR_TOO_MANY_WAITING: 'Too many requests wait for the journal of the issuer already.',
  ERR_USER_STATE: 'The state of the user does not let them log in.',
  ERR_USER_UNKNOWN: 'There is no user of that name.',
  ERR_VERIFY_FAILED: 'Not all has happened as expected; the details say what, with what came near.',
}

/** What a code means; empty for one that has no meaning yet, which a test forbids. */
export function meaningOf(code: string): string {
  return meanings[code] ?? ''
}

/** Every code that has a meaning. */
export const knownCodes: readonly string[] = Object.keys(meanings)
