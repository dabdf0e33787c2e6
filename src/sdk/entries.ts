import type { Control } from '../control/control.ts'
import type { ClientEntry, Put, ScopeEntry, UserEntry } from '../control/entries.ts'
import type { IssuerInput } from '../fixtures/schema.ts'

/** A user as the fixtures write it; the username stands beside it. */
export type UserInput = Partial<Exclude<Extract<IssuerInput['users'], readonly unknown[]>[number], string>>

/** A client as the fixtures write it; the client id stands beside it. */
export type ClientInput = Partial<NonNullable<IssuerInput['clients']>[number]>

/** A scope as the fixtures write it; its name stands beside it. */
export type ScopeInput = NonNullable<IssuerInput['scopes']>[string]

/** What an issuer has of one kind, edited one by one: in force on the next request, undone by a reset. */
export interface Entries<Entry, Input> {
  list(): Promise<Entry[]>
  /** @throws UnderstudyError where there is none by this key, such as `ERR_USER_UNKNOWN` */
  get(key: string): Promise<Entry>
  /**
   * Makes one, or replaces the one of this key; takes what `get` gives, too, so that an entry can be changed in part.
   *
   * @throws UnderstudyError `ERR_FIXTURES_INVALID` with every mistake
   */
  put(key: string, entry: Input | Entry): Promise<Put<Entry>>
  /** @throws UnderstudyError where there is none by this key, and `ERR_ENTRY_USED` where a client needs it */
  delete(key: string): Promise<void>
}

export type Users = Entries<UserEntry, UserInput>
export type Clients = Entries<ClientEntry, ClientInput>
export type Scopes = Entries<ScopeEntry, ScopeInput>

export function usersOf(control: Control, issuer: string): Users {
  return {
    list: () => control.users(issuer),
    get: (username) => control.user(issuer, username),
    put: (username, user) => control.putUser(issuer, username, user),
    delete: (username) => control.deleteUser(issuer, username),
  }
}

export function clientsOf(control: Control, issuer: string): Clients {
  return {
    list: () => control.clients(issuer),
    get: (id) => control.client(issuer, id),
    put: (id, client) => control.putClient(issuer, id, client),
    delete: (id) => control.deleteClient(issuer, id),
  }
}

export function scopesOf(control: Control, issuer: string): Scopes {
  return {
    list: () => control.scopes(issuer),
    get: (name) => control.scope(issuer, name),
    put: (name, scope) => control.putScope(issuer, name, scope),
    delete: (name) => control.deleteScope(issuer, name),
  }
}
