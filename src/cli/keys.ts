import { Argument, type Command } from 'commander'
import type { KeyView } from '../control/keys.ts'
import { withActions } from './actions.ts'
import { examples } from './examples.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'
import { table } from './table.ts'

interface KeysOptions extends RemoteOptions {
  alg?: string
  dropOld?: boolean
}

export function keysCommand(program: Command): void {
  const command = program
    .command('keys')
    .addArgument(new Argument('[action]', 'what to do with them').choices(['list', 'rotate']).default('list'))
    .option('--alg <algorithm>', 'to rotate: the key of this one alone')
    .option('--drop-old', 'to rotate: take the old keys out of the JWKS at once')
    .description('list the keys, or rotate them')
    .addHelpText(
      'after',
      examples(
        ['understudy keys', 'which sign, and which are kept for what they have signed'],
        ['understudy keys rotate', 'new tokens have a key that no client has cached'],
        ['understudy keys rotate --alg RS256 --drop-old', 'tokens of the old key are refused'],
      ),
    )
  withActions(withRemoteOptions(command), { list: [], rotate: ['alg', 'drop-old'] }).action(keys)
}

async function keys(action: 'list' | 'rotate', options: KeysOptions): Promise<void> {
  const control = await connect(options)
  const { issuer, alg, dropOld = false } = options
  const rotation = { ...(alg !== undefined && { alg }), keep_old: !dropOld }
  const found = action === 'rotate' ? await control.rotateKeys(issuer, rotation) : await control.keys(issuer)
  print(found, options, () => table([['KID', 'ALG', 'TYPE', 'SIGNS', 'SINCE'], ...found.map(rowOf)]))
}

function rowOf({ kid, alg, kty, crv, use, current, since }: KeyView): string[] {
  const signs = use === 'enc' ? 'decrypts' : current ? 'yes' : 'no'
  return [kid, alg ?? 'any', [kty, crv].filter(Boolean).join(' '), signs, since ?? '']
}
