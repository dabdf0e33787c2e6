import { mountOf } from '../../provider/issuer-context.ts'
import type { Minted } from '../../provider/minting/minting.ts'
import { check } from '../check.ts'
import type { MintedToken, TokensControl } from '../tokens.ts'
import type { Access } from './access.ts'

export function controlTokens({ issuer: find }: Access): TokensControl {
  return {
    async mint(issuer, order, origin) {
      const { provider, name } = await find(issuer)
      const { tokenOrder } = await import('../tokens.ts')
      const { expires_in: expiresInSeconds, ...ordered } = check(tokenOrder, order)
      const known = origin === undefined ? undefined : origin + mountOf(name)
      return answerOf(await provider.minting.mint({ ...ordered, expiresInSeconds, issuer: known }))
    },
  }
}

function answerOf({ type, token, scope, expiresInSeconds, decoded }: Minted): MintedToken {
  return {
    [type]: token,
    token_type: type === 'access_token' ? 'Bearer' : 'N_A',
    expires_in: expiresInSeconds,
    ...(scope.length > 0 && type !== 'logout_token' && { scope: scope.join(' ') }),
    ...(decoded && { decoded }),
  }
}
