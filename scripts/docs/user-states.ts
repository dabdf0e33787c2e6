import { type UserState, userStates } from '../../src/domain/user.ts'
import { code, table } from './markdown.ts'

const kept = { yes: ['goes on', 'tokens', 'tokens', 'new tokens', 'the claims', '`active: true`'] } as const
const ended = [
  'asks to log in again',
  '`invalid_grant`',
  '`invalid_grant`',
  '`invalid_grant`',
  '`invalid_token`',
  '`active: false`',
] as const

/** What an account in each state may do, at every place where it is asked for. */
export function userStatesTable(): string {
  const rows = (Object.keys(userStates) as UserState[]).map(rowOf)
  const head = [
    'state',
    'login page',
    '`auto_login`',
    'session',
    'code',
    'approved device',
    'refresh',
    'userinfo',
    'introspection',
  ]
  return table(head, rows).join('\n')
}

function rowOf(name: UserState): string[] {
  const { login, keep, message } = userStates[name]
  const pages = login ? ['logs in', 'logs in'] : [`"${message}"`, '`access_denied`']
  return [code(name), ...pages, ...(keep ? kept.yes : ended)]
}
