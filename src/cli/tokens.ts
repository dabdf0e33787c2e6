import { type Command, Option } from 'commander'
import type { MintedToken, TokenOrder } from '../control/tokens.ts'
import { UnderstudyError } from '../errors.ts'
import { collectJson, collectTexts } from './assignments.ts'
import { examples } from './examples.ts'
import { collect, faultSteps } from './fault-options.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'

const types = { access: 'access_token', id: 'id_token', refresh: 'refresh_token', logout: 'logout_token' } as const

interface TokensOptions extends RemoteOptions {
  client: string
  user?: string
  type: keyof typeof types
  scope?: string
  audience?: string[]
  claim?: Record<string, unknown>
  expiresIn?: string
  key?: string
  fault?: string[]
  with?: Record<string, string>
}

export function tokensCommand(program: Command): void {
  const command = program
    .command('tokens')
    .description('mint a token without a flow, and print it alone')
    .requiredOption('--client <id>', 'the client that it is for')
    .option('--user <username>', 'whom it is about (default: the client itself)')
    .addOption(new Option('--type <type>', 'which token').choices(Object.keys(types)).default('access'))
    .option('--scope <scopes>', 'scopes, with spaces between them')
    .option('--audience <aud>', 'whom it is for; repeatable', collect)
    .option('--claim <name=value>', 'a claim, over all others; repeatable', collectJson)
    .option('--expires-in <duration>', 'how long it is good, such as 10m; -1h: it has expired')
    .option('--key <key>', 'the id of the key that signs it, or an algorithm')
    .option('--fault <name>', 'a fault of signed tokens that changes it; repeatable', collect)
    .option('--with <name=value>', 'a parameter of the last --fault; repeatable', collectTexts)
    .addHelpText(
      'after',
      examples(
        ['understudy tokens --client web-app --user alice', 'an access token, as a login would give it'],
        ['understudy tokens --client service', 'one by client credentials'],
        ['understudy tokens --client web-app --user alice --expires-in=-1h', 'one that has expired'],
        ['understudy tokens --client web-app --user alice --claim roles=["admin"]', 'one with a claim'],
        ['understudy tokens --client web-app --user alice --fault rogue-key', 'one that an API must refuse'],
      ),
    )
  withRemoteOptions(command).action(tokens)
}

async function tokens(options: TokensOptions): Promise<void> {
  const type = types[options.type]
  const order = await orderOf(options)
  const control = await connect(options)
  const minted = await control.mint(options.issuer, { ...order, type })
  print(minted, options, () => `${(minted as MintedToken)[type]}\n`)
}

async function orderOf({ client, user, scope, audience, claim, expiresIn, key, fault = [], ...rest }: TokensOptions) {
  if (rest.with !== undefined && fault.length === 0) throw usage('--with is for a --fault')
  const faults = await faultSteps(fault, rest.with)
  const order = { client, user, scope, audience, claims: claim, expires_in: expiresIn, key, faults }
  const said = Object.entries(order).filter(([, value]) => value !== undefined)
  return Object.fromEntries(said) as unknown as TokenOrder
}

function usage(why: string): UnderstudyError {
  return new UnderstudyError('ERR_USAGE', 400, `Failed to mint a token: ${why}. See understudy tokens --help.`)
}
