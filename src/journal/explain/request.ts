import { redactName } from '../redact.ts'
import { list, named, quote, type Reason } from './refusal.ts'

const origins = {
  admin: 'the armed fault',
  fixtures: 'a fault of the fixtures,',
  scenario: 'a fault of a scenario,',
  request: 'a fault that the request or its flow armed for itself,',
  hook: 'the hook onRequest of the fixtures, with the fault',
} as const

/** Requests that were refused before anybody looked at what they ask for. */
export const requestReasons: readonly Reason[] = [
  {
    if: ({ fired, error, reachedProvider }) => fired.some(({ fault }) => fault === error || !reachedProvider),
    why({ fired, error }) {
      const due = fired.find(({ fault }) => fault === error) ?? fired[0]
      const what = due === undefined ? 'an armed fault' : `${origins[due.origin]} ${due.fault} (${due.id})`
      return `This answer was asked for by ${what}. Nothing is wrong with the request.`
    },
  },
  {
    said: /^Failed to arm /,
    why: ({ said }) => `${said} The request asked for it by Understudy-Fault or understudy_fault.`,
  },
  {
    if: ({ status }) => status === 405,
    why({ endpoint, method, said }) {
      const allowed = /allowed is ([^.]+)\./.exec(said)?.[1] ?? 'POST'
      const how =
        allowed === 'POST' ? ' Send the parameters in the body, as a form (application/x-www-form-urlencoded).' : ''
      return `The ${endpoint} endpoint takes ${allowed.replace(', ', ' or ')}, and this was a ${method}.${how}`
    },
  },
  {
    if: ({ status }) => status === 413,
    why: ({ said }) => `${said} Nothing in the protocol is as large as that: look at what fills the body.`,
  },
  {
    said: /this one is encoded/,
    why: ({ endpoint }) =>
      `The body was compressed on its way (content-encoding), and the ${endpoint} endpoint takes forms as they are. Have the client send it without.`,
  },
  {
    said: /body is not|content-type bodies are supported|failed to parse the request body|request body/i,
    why: ({ contentType, endpoint }) =>
      `The body was sent as ${quote(contentType)}, and the ${endpoint} endpoint takes forms. Send the parameters as application/x-www-form-urlencoded, not as JSON.`,
  },
  {
    said: /missing required parameters? (.+)/,
    why({ said, endpoint, params }) {
      const [, missing = ''] = /missing required parameters? (.+)/.exec(said) ?? []
      const sent = Object.keys(params).filter((name) => params[name] !== undefined)
      const had = sent.length === 0 ? 'It sent none at all' : `It sent ${list(sent.map(redactName))}`
      const form =
        endpoint === 'token' && sent.length === 0 ? ' The token endpoint reads a form in the body, not JSON.' : ''
      return `The request lacks ${missing.replaceAll("'", '"')}. ${had}; names are in lower case.${form}`
    },
  },
  {
    said: /must not be provided twice/,
    why: ({ said }) =>
      `The ${said.replaceAll("'", '"')}; once in the query and once in the body counts as twice. Send each parameter once.`,
  },
  {
    said: /there is no resource/,
    why: ({ said }) =>
      `The issuer declares its resources, and ${said.replace(/^.*there is no resource/s, 'this is none of them: there is no')} See resources in the fixtures.`,
  },
  {
    said: /requested resource|resource indicator/,
    why: ({ params, said }) =>
      `The resource ${quote(params.resource)} cannot be had so: ${said}. Send one absolute URI without a fragment.`,
  },
]

export const serverReasons: readonly Reason[] = [
  {
    error: 'server_error',
    said: /^Failed to play /,
    why: ({ said }) => `${said} The fault is one of the fixtures' own: mend it there.`,
  },
  {
    error: 'server_error',
    why: () =>
      'Something failed inside Understudy, or in a hook of the fixtures; this is not the fault of the client. The log of the server says what.',
  },
  {
    error: 'not_found',
    why: ({ said }) => said,
  },
  {
    said: /./,
    why: (refusal) =>
      `${capital(refusal.said).replace(/[.:]?$/, '.')} The request of ${named(refusal)} was refused for this.`,
  },
  {
    why: (refusal) =>
      `The request of ${named(refusal)} was refused with ${refusal.error}; the provider says no more about it.`,
  },
]

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
