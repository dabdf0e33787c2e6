import type { Command } from 'commander'
import { editCommand } from './entries.ts'

export function scopesCommand(program: Command): void {
  editCommand(program, {
    plural: 'scopes',
    noun: 'scope',
    key: 'name',
    examples: [
      ['understudy scopes', 'those beside the standard ones'],
      ['understudy scopes put crate \'claims=["crates"]\'', 'releases the claim crates'],
    ],
    columns: ['SCOPE', 'CLAIMS', 'DESCRIPTION'],
    row: ({ name, claims = [], description = '' }) => [
      String(name),
      (claims as string[]).join(', '),
      String(description),
    ],
    list: (control, issuer) => control.scopes(issuer),
    show: (control, issuer, key) => control.scope(issuer, key),
    put: (control, issuer, key, entry) => control.putScope(issuer, key, entry),
    delete: (control, issuer, key) => control.deleteScope(issuer, key),
  })
}
