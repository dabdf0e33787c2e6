import type { EntriesControl, Put } from '../entries.ts'
import { type Ask, path } from './ask.ts'

export function askEntries(ask: Ask): EntriesControl {
  const at = (kind: string) => ({
    list: <Entry>(issuer: string): Promise<Entry[]> => ask('GET', path`/api/issuers/${issuer}/${kind}`),
    find: <Entry>(issuer: string, key: string): Promise<Entry> =>
      ask('GET', path`/api/issuers/${issuer}/${kind}/${key}`),
    async put<Entry>(issuer: string, key: string, written: unknown): Promise<Put<Entry>> {
      let made = false
      const entry = await ask<Entry>('PUT', path`/api/issuers/${issuer}/${kind}/${key}`, {
        body: written,
        onStatus: (status) => {
          made = status === 201
        },
      })
      return { entry, made }
    },
    delete: (issuer: string, key: string): Promise<void> => ask('DELETE', path`/api/issuers/${issuer}/${kind}/${key}`),
  })
  const [users, clients, scopes] = [at('users'), at('clients'), at('scopes')]
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
}
