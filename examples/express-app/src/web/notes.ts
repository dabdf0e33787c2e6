import type { Note } from '../api/api.ts'
import { TokenRefused } from './fresh.ts'
import type { SignedIn } from './oidc.ts'

/** The API has said no, for a reason that no other token would change. */
export class Refused extends Error {}

export type Notes = ReturnType<typeof createNotes>

/** What the app asks the API, in the name of a user. */
export function createNotes(apiUrl: string) {
  async function ask(user: SignedIn, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${user.accessToken}`, 'content-type': 'application/json' }
    const response = await fetch(apiUrl + path, { ...init, headers })
    if (response.ok) return response
    const problem = (await response.json().catch(() => ({}))) as { error_description?: string }
    const why = problem.error_description ?? response.statusText
    throw response.status === 401 ? new TokenRefused(why) : new Refused(why)
  }

  return {
    list: async (user: SignedIn) => (await ask(user, '/notes')).json() as Promise<Note[]>,
    add: (user: SignedIn, text: string) => ask(user, '/notes', { method: 'POST', body: JSON.stringify({ text }) }),
    remove: (user: SignedIn, id: string) => ask(user, `/notes/${encodeURIComponent(id)}`, { method: 'DELETE' }),
  }
}
