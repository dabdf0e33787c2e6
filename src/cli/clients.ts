import type { Command } from 'commander'
import { editCommand } from './entries.ts'

const listed = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : '')

export function clientsCommand(program: Command): void {
  editCommand(program, {
    plural: 'clients',
    noun: 'client',
    key: 'client_id',
    examples: [
      ['understudy clients', 'who can ask for tokens'],
      ['understudy clients show web-app', 'with its secret'],
      ['understudy clients put job client_secret=s3cret \'grant_types=["client_credentials"]\'', 'a service'],
      ['understudy clients put web-app --file web-app.yaml', 'as the fixtures write it'],
    ],
    columns: ['CLIENT', 'GRANTS', 'REDIRECT URIS'],
    row: ({ client_id: id, grant_types: grants = ['authorization_code'], redirect_uris: uris }) => [
      String(id),
      listed(grants),
      listed(uris),
    ],
    list: (control, issuer) => control.clients(issuer),
    show: (control, issuer, key) => control.client(issuer, key),
    put: (control, issuer, key, entry) => control.putClient(issuer, key, entry),
    delete: (control, issuer, key) => control.deleteClient(issuer, key),
  })
}
