/** What each group of operations is about, by its noun: the first word of their paths. */
export const nouns: Readonly<Record<string, string>> = {
  health: 'Whether the server is up.',
  issuers: 'The issuers of the process, each with users, clients, faults, a clock and a journal of its own.',
  fixtures: 'What an issuer has, as a fixtures document.',
  users: 'Who can log in.',
  clients: 'Who can ask for tokens.',
  scopes: 'What can be asked for.',
  faults: 'Failures that are armed to happen.',
  scenarios: 'Named sets of faults from the fixtures, switched on and off as one.',
  verify: 'Whether what was expected has happened.',
  clock: 'The time of an issuer, which can be moved forward and skewed.',
  requests: 'The journal: what an issuer was asked, and what it really answered.',
  tokens: 'Tokens without a flow.',
  sessions: 'Signed-in browsers.',
  grants: 'What users have allowed clients.',
  device: 'Device requests that wait for a person.',
  ciba: 'Backchannel authentication requests that wait for their users.',
  certificates: 'Certificates of clients, made by the authority of this process.',
  keys: 'The keys that tokens are signed with.',
  'backchannel-logout': 'Logout tokens sent to clients.',
  reset: 'Back to the fixtures.',
  description: 'This description of the admin API itself.',
}

/** What parameters of paths stand for, by their name; those that mean different things in different places, with their noun. */
const parameters: Readonly<Record<string, string>> = {
  issuer: 'The name of the issuer; the root issuer is called `default`.',
  name: 'The name of the issuer.',
  username: 'The username of the user.',
  user: 'The username of the user.',
  client_id: 'The id of the client.',
  client: 'The id of the client.',
  scope: 'The name of the scope.',
  scenario: 'The name of the scenario in the fixtures.',
  user_code: 'The code that the device shows, as a person would type it.',
  auth_req_id: 'The id by which the client polls.',
  id: 'The id, as the list of them has it.',
}

/** The noun that the operations of a path are grouped by. */
export function nounOf(path: string): string {
  const [first = '', ...rest] = path.split('/').filter((segment) => segment !== '' && segment !== 'api')
  if (first !== 'issuers' || rest.length < 2) return first in nouns ? first : 'description'
  return rest[1] ?? first
}

/** What a parameter of a path stands for. */
export function parameterDescription(path: string, name: string): string {
  return parameters[`${nounOf(path)} ${name}`] ?? parameters[name] ?? ''
}
