import { everyTest, proof, type Section } from './proof.ts'

export const tokens: Section = {
  title: 'Tokens',
  rows: [
    {
      what: 'Resource indicators: audience, format, lifetime and scopes of each',
      proofs: [
        proof('e2e/resources', 'have its audience, form, lifetime and scopes', 'openid-client'),
        proof('e2e/resources', 'can be opaque, and tell their audience at introspection', 'openid-client'),
      ],
    },
    {
      what: 'JWT access tokens',
      proofs: [proof('e2e/access-tokens', 'an API verifies a JWT access token by the published keys', 'jose')],
    },
    {
      what: 'Encrypted ID tokens',
      proofs: [
        proof('e2e/jose', 'an ID token is encrypted to the client, who reads what is signed inside', 'openid-client'),
        proof('e2e/metadata', 'id_token_encryption_alg_values_supported', 'jose'),
        proof('e2e/metadata', 'id_token_encryption_enc_values_supported', 'jose'),
      ],
    },
    {
      what: 'Signed and encrypted userinfo and introspection',
      proofs: [
        proof('e2e/jose', 'userinfo and introspection are signed for a client that wants them so', 'openid-client'),
        proof('e2e/metadata', 'userinfo_encryption_alg_values_supported', 'jose'),
        proof('e2e/metadata', 'introspection_encryption_alg_values_supported', 'jose'),
      ],
    },
    {
      what: 'Every signing algorithm, per client',
      proofs: [
        proof('e2e/metadata', 'id_token_signing_alg_values_supported', 'jose'),
        proof('e2e/added-keys', 'a key of %s in a file signs ID tokens and access tokens', 'openid-client'),
        proof('e2e/metadata', 'userinfo_signing_alg_values_supported', 'jose'),
        proof('e2e/metadata', 'introspection_signing_alg_values_supported', 'jose'),
        proof('e2e/metadata', 'authorization_signing_alg_values_supported', 'jose'),
        proof('e2e/metadata', 'token_endpoint_auth_signing_alg_values_supported', 'jose'),
      ],
    },
    {
      what: 'Pairwise subjects',
      proofs: [
        proof('e2e/jose', 'pairwise subjects differ between sectors, and stay the same within one', 'openid-client'),
      ],
    },
    {
      what: 'Introspection and revocation',
      proofs: [
        proof(
          'e2e/clients',
          'openid-client refreshes to a new refresh token, introspects and revokes',
          'openid-client',
        ),
        proof('e2e/clients', 'oauth4webapi refreshes, introspects and revokes', 'oauth4webapi'),
      ],
    },
    {
      what: 'Key rotation on demand, with overlap',
      proofs: [
        proof('e2e/keys', 'the JWKS follows a rotation at once, with keep_old: %s', 'fetch'),
        proof('e2e/keys', 'a client without a cooldown meets a rotation unharmed', 'jose'),
        proof(
          'e2e/keys',
          'oauth4webapi keeps a JWKS for a minute, refuses what it does not know, and recovers with a new one',
          'oauth4webapi',
        ),
      ],
    },
  ],
}

export const userinfo: Section = {
  title: 'Userinfo and protected APIs',
  rows: [
    {
      what: 'Userinfo by GET and POST, with the token in the header or the body',
      proofs: [
        proof(
          'conformance/basic',
          'oidcc-userinfo-get, -post-header and -post-body: all three tell of the same person',
          'jose',
        ),
      ],
    },
    {
      what: 'Resources with a path, by scopes and their claims',
      proofs: [
        proof('e2e/resources', 'answers by the scopes of the token', 'openid-client'),
        proof(
          'e2e/resources',
          'takes POST with the token in the body, HEAD, and a token of a client alone',
          'openid-client',
        ),
      ],
    },
    {
      what: 'Their 401 and 403, with `WWW-Authenticate`',
      proofs: [proof('e2e/resources', 'refuses with 401 and a challenge what is no good token', 'openid-client')],
    },
  ],
}

export const sessions: Section = {
  title: 'Sessions and logout',
  rows: [
    {
      what: 'RP-initiated logout',
      proofs: [
        proof(
          'e2e/clients',
          'openid-client logs out: back where it wants, with its state, and the session is over',
          'openid-client',
        ),
        proof('e2e/browser', 'a person stays signed in, or signs out and comes back to the app', 'Chromium'),
      ],
    },
    {
      what: 'Back-channel logout, its outcome in the journal',
      proofs: [
        proof('e2e/logout', 'a logout in a browser tells every client that was signed in to, and no other', 'jose'),
        proof('e2e/logout', 'the journal tells of each call', 'jose'),
      ],
    },
    {
      what: 'Front-channel logout',
      proofs: [
        proof(
          'e2e/frontchannel-logout',
          'each client is told by a frame, with issuer and session where it wants them',
          'openid-client',
        ),
        proof('e2e/frontchannel-logout', 'the frames are opened with cookies, and it goes on (script: %s)', 'Chromium'),
      ],
    },
    {
      what: 'A login that a third party begins',
      proofs: [proof('e2e/initiate-login', 'a link made at %s has the client log the user in', 'openid-client')],
    },
  ],
}

export const reaching: Section = {
  title: 'Reaching it',
  rows: [
    {
      what: 'HTTPS by a certificate authority of its own',
      proofs: [
        proof('e2e/https', 'a strict client logs in that trusts the authority', 'openid-client'),
        proof('e2e/https', 'of the authority is given to anyone, over HTTP as well, whatever the token', 'fetch'),
      ],
    },
    {
      what: 'HTTPS by a given key pair',
      proofs: [proof('e2e/https', 'is what clients see, given as %s', 'openid-client')],
    },
    {
      what: 'HTTP beside it',
      proofs: [proof('e2e/https', 'names itself, and a client that may not use HTTPS logs in there', 'openid-client')],
    },
    {
      what: 'Behind nginx, under a base path, `issuer: auto` and fixed',
      proofs: [
        proof('e2e/nginx', 'a strict client is content at "%s"', 'openid-client'),
        proof('e2e/proxy', 'is served at that path: %s', 'openid-client'),
      ],
    },
    {
      what: 'Open issuers: any client, any user, claims typed at the login page',
      proofs: [
        proof('e2e/open-issuers', 'takes a client that nobody has declared, whatever its secret', 'openid-client'),
        proof('e2e/open-issuers', 'takes any user by password, device and backchannel', 'openid-client'),
        proof(
          'e2e/open-issuers',
          'puts the claims that are typed into the tokens, and keeps them until it is reset',
          'openid-client',
        ),
      ],
    },
    {
      what: 'Issuers made by their first request',
      proofs: [
        proof(
          'e2e/issuers-on-demand',
          'an issuer is there by the first request for it, and is none of the others',
          'openid-client',
        ),
      ],
    },
  ],
}

export const plans: Section = {
  title: 'The plans of the OpenID Foundation, against the default fixtures',
  rows: [
    { what: 'Basic', proofs: [proof('conformance/basic', everyTest, 'jose')] },
    { what: 'Implicit, hybrid and form_post', proofs: [proof('conformance/implicit-hybrid', everyTest, 'jose')] },
    { what: 'Config and dynamic', proofs: [proof('conformance/dynamic', everyTest, 'jose')] },
    {
      what: 'Metadata that never lie, issuer by issuer',
      proofs: [proof('e2e/metadata', 'are the same in every form, and each member of them is proven', 'fetch')],
    },
  ],
}
