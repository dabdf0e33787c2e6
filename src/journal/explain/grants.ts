import { createHash } from 'node:crypto'
import { grantTypeAliases, shortGrantType } from '../../domain/client.ts'
import { didYouMean } from '../../errors.ts'
import { ago, list, named, quote, type Reason, type Refusal } from './refusal.ts'

const presentedNames: Readonly<Record<string, string>> = {
  AuthorizationCode: 'authorization code',
  RefreshToken: 'refresh token',
  DeviceCode: 'device code',
  BackchannelAuthenticationRequest: 'auth_req_id',
}

/** What can be wrong with a request for tokens. */
export const grantReasons: readonly Reason[] = [
  {
    error: 'unsupported_grant_type',
    why({ params, client }) {
      const known = [
        ...Object.keys(grantTypeAliases),
        'authorization_code',
        'refresh_token',
        'client_credentials',
        'password',
      ]
      const has = client === undefined ? '' : ` This client may use ${list(client.grant_types)}.`
      return `There is no grant_type ${quote(params.grant_type)} here.${didYouMean(params.grant_type ?? '', known)}${has}`
    },
  },
  {
    said: /authorization code not found/,
    why: () =>
      'There is no such authorization code: it was cut or changed on its way (decode it from the URL once, not twice), belongs to another issuer, or a reset or restart has forgotten it.',
  },
  {
    said: /authorization code is expired/,
    why: (refusal) =>
      `The authorization code expired${ago(refusal, refusal.presented?.expiresAtSeconds)}. Exchange it at once; it lives as long as lifetimes.authorization_code says, by default 60 s, and clock advances count.`,
  },
  {
    said: /authorization code already consumed/,
    why: (refusal) =>
      `The authorization code was used already${ago(refusal, refusal.presented?.consumedAtSeconds)}, and each works once; all tokens that came of it were revoked. Usual reasons are a callback page that is loaded twice, an effect that runs twice, or a retry.`,
  },
  {
    said: /device code already consumed/,
    why: (refusal) =>
      `The device code was used already${ago(refusal, refusal.presented?.consumedAtSeconds)}. A device stops polling once it has its tokens.`,
  },
  {
    said: /authorization code redirect_uri mismatch/,
    why: ({ params, presented }) =>
      `The redirect_uri at the token endpoint was ${quote(params.redirect_uri)}, and the code was asked for with ${quote(presented?.redirectUri)}. Both requests must say the same.`,
  },
  {
    said: /client mismatch/,
    why: (refusal) =>
      `The ${thing(refusal)} was issued to ${quote(refusal.presented?.clientId)}, and ${named(refusal)} presents it. Only the client that it was issued to can use it.`,
  },
  {
    said: /code_verifier must be provided/,
    why: ({ presented }) =>
      `The authorization request had a code_challenge (${quote(presented?.codeChallenge)}), so the code can only be exchanged with the code_verifier that it was made from; none was sent.`,
  },
  {
    said: /code_verifier was sent/,
    why: () =>
      'The request has a code_verifier, and the authorization request had no code_challenge that it could answer to. Send code_challenge and code_challenge_method=S256 with the authorization request, too; perhaps a redirect or an old link has lost them.',
  },
  {
    said: /code_verifier does not match code_challenge/,
    why: ({ params, presented }) => verifierMismatch(params.code_verifier, presented?.codeChallenge),
  },
  {
    said: /code_verifier (must|contains)/,
    why: ({ said }) => `The code_verifier is not well formed: ${said}. It is 43 to 128 letters, digits, or - . _ ~.`,
  },
  {
    said: /refresh token not found/,
    why: () =>
      'There is no such refresh token: it was replaced by rotation and has been deleted, was revoked with its grant, is mistyped, or a reset or restart has forgotten it. Keep the refresh token of the newest answer, if it has one.',
  },
  {
    said: /refresh token is expired/,
    why: (refusal) =>
      `The refresh token expired${ago(refusal, refusal.presented?.expiresAtSeconds)}. It lives as long as lifetimes.refresh_token says; when it is dead, the user has to sign in again.`,
  },
  {
    said: /refresh token already used/,
    why: (refusal) =>
      `The refresh token was used already${ago(refusal, refusal.presented?.consumedAtSeconds)}, and rotation had given a new one in its place; this looks like theft. Store the new refresh token of each answer, and let only one refresh run at a time (refresh_token.grace forgives races).`,
  },
  {
    said: /refresh token missing requested scope/,
    why: ({ params, presented }) =>
      `A refresh can narrow the scope, never widen it: ${quote(params.scope)} was asked for, ${quote(presented?.scope)} was granted. Leave scope out to have all of it.`,
  },
  {
    said: /(?:device code|auth_req_id|backchannel authentication request) not found/,
    why: () =>
      'There is no such code to poll with: it is mistyped, belongs to another issuer, or a reset or restart has forgotten it. Begin anew.',
  },
  {
    said: /grant not found/,
    why: (refusal) =>
      `What stood behind the ${thing(refusal)} is gone: the user's consent was revoked, the code was used twice, or the tokens were revoked. The user has to sign in again.`,
  },
  {
    said: /grant is expired/,
    why: () => 'The consent behind this has expired. The user has to sign in again.',
  },
  {
    said: /referenced account not found|accountId mismatch/,
    why: (refusal) =>
      `The user behind the ${thing(refusal)} is not there any more, or may not go on (locked, disabled). See \`users\` in the fixtures.`,
  },
  {
    error: 'authorization_pending',
    why: ({ registrations, params }) =>
      `The user has not decided yet. This is no failure: poll again after ${registrations.pollIntervalSeconds(grantOf(params))} s or more.`,
  },
  {
    error: 'slow_down',
    why: () =>
      'The client polled sooner than it may. It is to wait five seconds longer between polls from now on; since_previous_ms and required_ms tell how far apart they were.',
  },
  {
    error: 'expired_token',
    if: ({ params }) => grantOf(params) === 'ciba',
    why: (refusal) =>
      `The backchannel authentication request expired${ago(refusal, refusal.presented?.expiresAtSeconds)} before the user had decided. The client is to ask anew.`,
  },
  {
    error: 'expired_token',
    why: (refusal) =>
      `The device code expired${ago(refusal, refusal.presented?.expiresAtSeconds)} before the user had decided. The device is to begin anew, with a new code on its screen.`,
  },
  {
    said: /none of the requested scopes|requested scope is not allowed/,
    why: ({ params, client }) =>
      `The scope ${quote(params.scope)} cannot be had by this client, which may ask for ${quote(client?.scope)}.`,
  },
  {
    error: 'invalid_grant',
    if: ({ params }) => grantOf(params) === 'password',
    why: ({ params, said }) =>
      `${quote(params.username)} was not let in: ${reason(said)} Users with their passwords and states are in the fixtures; who has no password there is let in by any.`,
  },
  {
    said: /^(?:the (?:user of the )?(?:subject|actor) token|This account) /,
    if: ({ params }) => grantOf(params) === 'token_exchange',
    why: ({ said }) =>
      `${reason(said)} Access, refresh and ID tokens of this issuer can be exchanged, by their subject_token_type, while they are alive: not expired, revoked, or of before a reset; refresh tokens by their own client alone.`,
  },
  {
    error: 'invalid_grant',
    if: ({ params }) => grantOf(params) === 'jwt_bearer',
    why: (refusal) =>
      `${reason(refusal.said)} An assertion is a JWT that ${named(refusal)} has signed by a key of its jwks, with its client_id as iss, this issuer as aud, a user as sub and an exp to come; or a live token of this issuer.`,
  },
  {
    error: 'invalid_grant',
    why: (refusal) =>
      `What was presented is not worth tokens: ${refusal.said}. It is unknown, expired, spent, or of another client.`,
  },
  {
    error: 'invalid_scope',
    why: ({ params, said, registrations }) =>
      `The scope ${quote(params.scope)} cannot be had: ${said}. There are ${list(registrations.scopes())}.`,
  },
  {
    error: 'invalid_target',
    said: /a token is for one resource alone|of the audience .* was not granted/,
    why: ({ said }) =>
      `${reason(said)} Ask for each by a request of its own; several that no fixture declares may stand in one, each as an audience.`,
  },
  {
    error: 'invalid_target',
    why: ({ params }) =>
      `The resource or audience ${quote(params.resource ?? params.audience)} cannot be had. It is to be one absolute URI without a fragment, that was asked for in the authorization too.`,
  },
]

function grantOf({ grant_type: written }: Refusal['params']): string | undefined {
  return written === undefined ? undefined : shortGrantType(written)
}

/** What the provider said, without its preamble, as a sentence. */
function reason(said: string): string {
  const bare = said.replace(/^grant request is invalid: /, '').replace(/\.$/, '')
  return `${bare.charAt(0).toUpperCase()}${bare.slice(1)}.`
}

function thing({ presented }: Refusal): string {
  return presentedNames[presented?.model ?? ''] ?? 'code or token'
}

function verifierMismatch(verifier = '', challenge: string | undefined): string {
  const hash = createHash('sha256').update(verifier).digest('base64url')
  const plain = verifier === challenge ? ' It is the challenge itself that was sent.' : ''
  return `The code_verifier does not belong to this code: it hashes (S256) to "${hash}", and the authorization request had the code_challenge ${quote(challenge)}.${plain} Keep the verifier of each login apart from those of others, over the redirect.`
}
