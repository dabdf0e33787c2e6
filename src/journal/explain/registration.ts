import type { Reason } from './refusal.ts'

/** What can be wrong with a registration, or with what a client does with its own. */
export const registrationReasons: readonly Reason[] = [
  {
    said: /initial access token/,
    why: ({ said }) =>
      `${sentence(said)} This issuer lets only those register who send the \`registration.initial_access_token\` of its fixtures.`,
  },
  {
    said: /registration access token/,
    why: ({ said }) =>
      `${sentence(said)} Each client has its own, from the answer to its registration; it ends with the client, with a reset, and where \`registration.rotate_access_token\` is set with each change.`,
  },
  {
    said: /one JSON object|application\/json/,
    why: ({ said }) => `${sentence(said)} Registration is the one endpoint that takes JSON and no form.`,
  },
  {
    error: 'invalid_redirect_uri',
    why: ({ said }) => `No client was registered: ${said}. Redirect URIs are absolute and have no fragment.`,
  },
  {
    error: 'invalid_client_metadata',
    why: ({ said }) =>
      `No client was registered or changed: ${said}. Members that nobody knows are ignored; those that are known are checked as in the fixtures.`,
  },
]

function sentence(said: string): string {
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`
}
