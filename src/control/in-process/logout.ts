import { UnderstudyError } from '../../errors.ts'
import { mountOf } from '../../provider/provider.ts'
import type { LogoutControl } from '../logout.ts'
import type { Access } from './access.ts'

export function controlLogout({ issuer: find }: Access): LogoutControl {
  return {
    async backchannelLogout(issuer, { end_session: endSession, ...request }, origin) {
      const { provider, name } = await find(issuer)
      if ((request.user === undefined) === (request.sid === undefined)) {
        // What stands beside it, a start does not wait for.
        const { eitherUserOrSid } = await import('../logout.ts')
        throw new UnderstudyError('ERR_REQUEST_INVALID', 400, `Failed to send logout tokens: ${eitherUserOrSid}.`)
      }
      const known = origin === undefined ? undefined : origin + mountOf(name)
      return { deliveries: await provider.logout.send({ ...request, endSession, issuer: known }) }
    },
  }
}
