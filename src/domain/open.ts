import { type Client, clientSchema, grantTypes } from './client.ts'
import { type User, userEntrySchema } from './user.ts'

/** What a client id or a username may look like where nobody has declared it. */
const plausible = /^[\x20-\x7e]{1,255}$/

/** How many undeclared ones are kept at hand; more are made anew each time. */
const kept = 1000

/** A map that has an entry for whatever key makes sense; iterated, it has the declared ones alone. */
export class OpenMap<Entry> extends Map<string, Entry> {
  readonly #made = new Map<string, Entry>()
  readonly #make: (key: string) => Entry

  /** @param make an entry for a key that nobody has declared */
  constructor(declared: Iterable<[string, Entry]>, make: (key: string) => Entry) {
    super(declared)
    this.#make = make
  }

  override get(key: string): Entry | undefined {
    const known = super.get(key) ?? this.#made.get(key)
    if (known !== undefined || !plausible.test(key)) return known
    const made = this.#make(key)
    if (this.#made.size >= kept) this.#made.clear()
    this.#made.set(key, made)
    return made
  }

  override has(key: string): boolean {
    return super.has(key) || plausible.test(key)
  }

  isDeclared(key: string): boolean {
    return super.has(key)
  }
}

/** Whether a client is taken though nobody has declared it. */
export function isUndeclared(clients: ReadonlyMap<string, Client>, clientId: string): boolean {
  return clients instanceof OpenMap && !clients.isDeclared(clientId)
}

/**
 * A client that nobody has declared: it may do whatever a client can, and is asked for no consent.
 *
 * Its secret and its redirect URIs are never compared: there are two of the latter, so that none is taken to be meant.
 */
export function anyClient(clientId: string): Client {
  return clientSchema.parse({
    client_id: clientId,
    client_secret: 'any',
    redirect_uris: ['http://localhost/', 'http://127.0.0.1/'],
    grant_types: [...new Set(grantTypes)],
    consent: 'skip',
  })
}

/** A user whom nobody has declared, with what is derived from the name. */
export function anyUser(username: string): User {
  return userEntrySchema.parse(username)
}

export function openClients(declared: readonly Client[]): OpenMap<Client> {
  return new OpenMap(
    declared.map((client) => [client.client_id, client]),
    anyClient,
  )
}
