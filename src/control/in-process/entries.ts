import type { EntryKindName } from '../../fixtures/entries.ts'
import { check } from '../check.ts'
import type { ClientEntry, EntriesControl, Put, ScopeEntry, UserEntry } from '../entries.ts'
import type { Access } from './access.ts'

export function controlEntries({ issuer: find }: Access): EntriesControl {
  const users = entriesOf<UserEntry>('users')
  const clients = entriesOf<ClientEntry>('clients')
  const scopes = entriesOf<ScopeEntry>('scopes')
  return {
    users: users.list,
    user: users.find,
    putUser: users.put,
    deleteUser: users.delete,
    clients: clients.list,
    client: clients.find,
    putClient: clients.put,
    deleteClient: clients.delete,
    scopes: scopes.list,
    scope: scopes.find,
    putScope: scopes.put,
    deleteScope: scopes.delete,
  }

  function entriesOf<Entry>(kind: EntryKindName) {
    return {
      async list(issuer: string) {
        return (await find(issuer)).edits.list(kind) as Entry[]
      },
      async find(issuer: string, key: string) {
        return (await find(issuer)).edits.find(kind, key) as Entry
      },
      async put(issuer: string, key: string, written: unknown) {
        const { edits } = await find(issuer)
        const { entryWritten } = await import('../entries.ts')
        return (await edits.put(kind, key, check(entryWritten[kind], written))) as Put<Entry>
      },
      async delete(issuer: string, key: string) {
        await (await find(issuer)).edits.delete(kind, key)
      },
    }
  }
}
