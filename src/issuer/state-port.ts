import { randomBytes } from 'node:crypto'
import type { StatePort } from '../faults/fault.ts'
import type { IssuerProvider } from '../provider/provider.ts'
import type { IssuerEdits } from './edits.ts'

/** What the port acts on; asked anew each time, since an issuer's provider changes. */
interface Parts {
  edits: IssuerEdits
  provider(): IssuerProvider
  rotateKeys: StatePort['rotateKeys']
}

/** Lets faults do to an issuer what else only people and time do to it; all of it is undone by a reset. */
export function createStatePort({ edits, provider, rotateKeys }: Parts): StatePort {
  return {
    rotateKeys,
    revokeToken: (token) => provider().grants.revokeToken(token),
    revokeGrant: (id) => provider().grants.revoke(id),
    endSessions: (username) => provider().sessions.endAll(username),
    async lockUser(username) {
      await edits.put('users', username, { ...edits.find('users', username), state: 'locked' })
    },
    async rotateSecret(clientId) {
      const secret = randomBytes(16).toString('base64url')
      await edits.put('clients', clientId, { ...edits.find('clients', clientId), client_secret: secret })
    },
  }
}
