import { mountOf } from '../../provider/issuer-context.ts'
import { check } from '../check.ts'
import type { LogoutControl } from '../logout.ts'
import type { Access } from './access.ts'

export function controlLogout({ issuer: find }: Access): LogoutControl {
  return {
    async backchannelLogout(issuer, given, origin) {
      const { provider, name } = await find(issuer)
      const { backchannelLogoutRequest } = await import('../logout.ts')
      const { end_session: endSession, ...request } = check(backchannelLogoutRequest, given)
      const known = origin === undefined ? undefined : origin + mountOf(name)
      return { deliveries: await provider.logout.send({ ...request, endSession, issuer: known }) }
    },
  }
}
