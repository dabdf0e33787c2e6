import type { Command } from 'commander'
import { editCommand } from './entries.ts'

export function usersCommand(program: Command): void {
  editCommand(program, {
    plural: 'users',
    noun: 'user',
    key: 'username',
    examples: [
      ['understudy users', 'who can sign in'],
      ['understudy users put carol claims.email=carol@example.com', 'a new user, or a new version of one'],
      ['understudy users put carol password=\'"1234"\' state=locked', 'quoted twice, since 1234 alone is a number'],
      ['understudy users delete carol', 'and all that was granted to her clients'],
    ],
    columns: ['USERNAME', 'SUB', 'STATE', 'CLAIMS'],
    row: ({ username, sub = username, state = 'active', claims = {} }) => [
      String(username),
      String(sub),
      String(state),
      Object.keys(claims as object).join(', '),
    ],
    list: (control, issuer) => control.users(issuer),
    show: (control, issuer, key) => control.user(issuer, key),
    put: (control, issuer, key, entry) => control.putUser(issuer, key, entry),
    delete: (control, issuer, key) => control.deleteUser(issuer, key),
  })
}
