import { UnderstudyError } from '../../errors.ts'
import { formatPath } from '../../fixtures/mistakes.ts'
import { validate } from '../../fixtures/validate.ts'
import type { Minted } from '../../provider/minting/minting.ts'
import { mountOf } from '../../provider/provider.ts'
import type { MintedToken, TokenOrder, TokensControl } from '../tokens.ts'
import type { Access } from './access.ts'

export function controlTokens({ issuer: find }: Access): TokensControl {
  return {
    async mint(issuer, order, origin) {
      const { provider, name } = await find(issuer)
      const { expires_in: expiresInSeconds, ...ordered } = await read(order)
      const known = origin === undefined ? undefined : origin + mountOf(name)
      return answerOf(await provider.minting.mint({ ...ordered, expiresInSeconds, issuer: known }))
    },
  }
}

/** Orders are checked here, too; a start does not wait for what they are checked by. */
async function read(order: TokenOrder) {
  const { tokenOrder } = await import('../tokens.ts')
  const { value, findings } = validate(tokenOrder, order)
  if (findings === undefined) return value as ReturnType<typeof tokenOrder.parse>
  const said = findings.map(({ path, message }) => `${formatPath(path)}: ${message}`).join('; ')
  throw new UnderstudyError('ERR_REQUEST_INVALID', 400, `Failed to mint a token: ${said.replace(/\.$/, '')}.`)
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
