import { decodeJwt } from 'jose'
import { shortGrantType } from '../../domain/client.ts'
import { didYouMean } from '../../errors.ts'
import { bindingReasons } from './bindings.ts'
import { list, named, quote, type Reason, type Refusal, registered } from './refusal.ts'

/** Clients that are unknown, or failed to prove who they are. */
export const clientReasons: readonly Reason[] = [
  {
    said: /client not found|client is invalid/,
    why({ clientId, registrations }) {
      const ids = [...registrations.clients.keys()]
      const guess = clientId === undefined ? '' : didYouMean(clientId, ids)
      return `There is no client ${quote(clientId)} here.${guess} ${registered(clientId, ids)}`
    },
  },
  {
    said: /invalid secret provided/,
    why: (refusal) =>
      `The client secret is not that of ${named(refusal)}. Compare it with client_secret in the fixtures: an old value, a line break at its end, or quotes of an .env file are the usual reasons.`,
  },
  {
    said: /client secret is expired|client_secret expired/,
    why: (refusal) =>
      `The client secret of ${named(refusal)} has expired, by client_secret_expires_at or because the clock was advanced past it. Register a new one, or reset the clock.`,
  },
  {
    said: /client certificate was not provided|mutual TLS client certificate not provided/,
    why: (refusal) =>
      `${named(refusal)} has to show a certificate, and none has reached the server. It has to be served by HTTPS (start --https), or through a proxy that hands certificates on (--client-cert-header); and the client has to send its own.`,
  },
  {
    said: /client certificate was not verified/,
    why: (refusal) =>
      `The certificate of ${named(refusal)} has expired, is not one for clients, or comes from an authority that is not trusted here. Make one by "understudy certificate", or name its authority with --tls-client-ca.`,
  },
  {
    said: /certificate subject value does not match/,
    why: (refusal) =>
      `The certificate is good, and not that of ${named(refusal)}: its names differ from the tls_client_auth_… of the client. Compare them with "openssl x509 -noout -subject -ext subjectAltName -nameopt RFC2253".`,
  },
  {
    said: /unregistered client certificate provided/,
    why: (refusal) =>
      `The certificate is none of those that ${named(refusal)} has registered. Put it into the jwks of the client as x5c of its key.`,
  },
  ...bindingReasons,
  {
    said: /does not match the registered client authentication method/,
    why: (refusal) =>
      `${named(refusal)} is registered with ${registeredMethod(refusal)}, and the request came with ${usedMethod(refusal)}. Change the client's configuration, or token_endpoint_auth_method in the fixtures.`,
  },
  {
    said: /no client authentication mechanism provided/,
    why: ({ endpoint }) =>
      `The request does not say which client it is from: it has neither an Authorization header nor client_id. Send the id and secret by HTTP Basic or in the body, or client_id alone for a public client, also at the ${endpoint} endpoint.`,
  },
  {
    said: /only be provided using one mechanism/,
    if: ({ endpoint }) => endpoint !== 'userinfo' && endpoint !== 'resource',
    why: () =>
      'The client proves who it is in two ways at once, such as by an Authorization header and by client_secret in the body. Send one of them.',
  },
  {
    said: /client_id mismatch/,
    why: ({ params, clientId }) =>
      `The body says client_id ${quote(params.client_id)}, and the credentials are those of ${quote(clientId)}. Send the same in both, or leave client_id out of the body.`,
  },
  {
    said: /client_secret must be provided in the Authorization header/,
    why: (refusal) =>
      `The Authorization header has an empty secret. Send the secret of ${named(refusal)}; or, for a public client, no header but client_id in the body.`,
  },
  {
    said: /invalid authorization header value format|not properly encoded/,
    if: ({ endpoint }) => endpoint !== 'userinfo' && endpoint !== 'resource',
    why: () =>
      'The Authorization header cannot be read. It is to be "Basic " and base64 of the id, a colon and the secret, each of them form-encoded first.',
  },
  {
    said: /client_assertion|JWT audience|JWT issuer|alg mismatch|client assertion|must be specified in the client_assertion/,
    why: (refusal) =>
      `The client assertion of ${named(refusal)} was not taken: ${refusal.said.replace(/^client authentication failed(: )?/, '')}. ${assertionFacts(refusal)}`,
  },
  {
    error: 'unauthorized_client',
    if: ({ said }) => !said.includes('response_type'),
    why: (refusal) => grantNotAllowed(refusal),
  },
  {
    said: /grant[^ ]*( type)? is not allowed for this client/,
    why: (refusal) => grantNotAllowed(refusal),
  },
  {
    error: 'invalid_client',
    why: (refusal) =>
      `${named(refusal)} could not prove who it is: ${refusal.said}. It is registered with ${registeredMethod(refusal)}.`,
  },
]

function grantNotAllowed({ client, clientId, params, endpoint }: Refusal): string {
  const wanted = params.grant_type ?? wantedAt[endpoint]
  const has = (client?.grant_types ?? []).map(shortGrantType)
  const may = has.length === 0 ? 'no grant at all' : list(has)
  const name = wanted === undefined ? 'this grant' : quote(shortGrantType(wanted))
  return `${quote(clientId)} may not use ${name}: it is registered for ${may}. Add the grant to its grant_types in the fixtures.`
}

/** The grant that a request begins, where it does not name one. */
const wantedAt: Readonly<Record<string, string>> = {
  authorization: 'authorization_code',
  pushed_authorization_request: 'authorization_code',
  device_authorization: 'device_code',
  backchannel_authentication: 'ciba',
}

function registeredMethod({ client }: Refusal): string {
  const method = client?.token_endpoint_auth_method
  if (method === 'none') return 'token_endpoint_auth_method none, as a public client without a secret'
  return method === undefined
    ? 'a client secret (client_secret_basic or client_secret_post)'
    : `token_endpoint_auth_method ${method}`
}

function usedMethod({ params, authorization }: Refusal): string {
  if (params.client_assertion !== undefined) return 'a client assertion (private_key_jwt or client_secret_jwt)'
  if (params.client_secret !== undefined) return 'a client secret in the body (client_secret_post)'
  if (authorization !== undefined) return 'HTTP Basic (client_secret_basic)'
  return 'client_id alone (none)'
}

function assertionFacts({ params }: Refusal): string {
  try {
    const { iss, sub, aud, exp } = decodeJwt(params.client_assertion ?? '')
    return `It says iss ${quote(iss)}, sub ${quote(sub)}, aud ${JSON.stringify(aud)}, exp ${exp}.`
  } catch {
    return 'It is no JWT that can be read.'
  }
}
