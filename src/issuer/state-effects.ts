import { randomBytes } from 'node:crypto'
import { UnderstudyError } from '../errors.ts'
import type { StateEffect } from '../faults/fault.ts'
import type { KeyRotation } from '../provider/key-rotation.ts'
import type { IssuerProvider } from '../provider/provider.ts'
import type { IssuerEdits } from './edits.ts'

/** What effects act on; the provider is asked for anew each time, since it changes. */
interface Parts {
  edits: IssuerEdits
  provider(): IssuerProvider
  rotateKeys(rotation: KeyRotation): Promise<void>
}

/** Of what there is not. */
const unknown = ['ERR_USER_UNKNOWN', 'ERR_CLIENT_UNKNOWN', 'ERR_GRANT_UNKNOWN']

/**
 * Has come true what faults let happen, which else only people and time bring about; a reset undoes it, but for keys.
 * Where there is no such user, client, grant or token, nothing happens.
 */
export function createStateEffects({ edits, provider, rotateKeys }: Parts) {
  return async function comeTrue(happening: StateEffect | undefined): Promise<void> {
    try {
      await bringAbout(happening)
    } catch (error) {
      if (!(error instanceof UnderstudyError && unknown.includes(error.code))) throw error
    }
  }

  async function bringAbout(happening: StateEffect | undefined): Promise<void> {
    switch (happening?.effect) {
      case 'rotate-keys':
        return rotateKeys(happening)
      case 'revoke-token':
        return provider().grants.revokeToken(happening.token)
      case 'revoke-grant':
        return provider().grants.revoke(happening.id)
      case 'end-sessions':
        return provider().sessions.endAll(happening.username)
      case 'lock-user':
        return edit('users', happening.username, { state: 'locked' })
      case 'rotate-secret':
        return edit('clients', happening.clientId, { client_secret: randomBytes(16).toString('base64url') })
    }
  }

  async function edit(kind: 'users' | 'clients', key: string, changes: Record<string, unknown>): Promise<void> {
    await edits.put(kind, key, { ...edits.find(kind, key), ...changes })
  }
}
