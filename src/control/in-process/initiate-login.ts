import { mountOf } from '../../provider/issuer-context.ts'
import { check } from '../check.ts'
import type { InitiateLoginControl } from '../initiate-login.ts'
import type { Access } from './access.ts'

export function controlInitiateLogin({ issuer: find }: Access): InitiateLoginControl {
  return {
    async initiateLogin(issuer, client, given = {}, origin) {
      const { provider, name } = await find(issuer)
      const { loginInitiation } = await import('../initiate-login.ts')
      const initiation = check(loginInitiation, given)
      const known = origin === undefined ? undefined : origin + mountOf(name)
      return { url: provider.initiateLogin(client, { ...initiation, issuer: known }) }
    },
  }
}
