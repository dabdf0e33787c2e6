import { Argument, type Command } from 'commander'
import type { GrantView } from '../control/grants.ts'
import { UnderstudyError } from '../errors.ts'
import { withActions } from './actions.ts'
import { examples } from './examples.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'
import { table } from './table.ts'

interface GrantsOptions extends RemoteOptions {
  user?: string
  client?: string
  all?: boolean
}

export function grantsCommand(program: Command): void {
  const command = program
    .command('grants')
    .addArgument(new Argument('[action]', 'what to do').choices(['list', 'revoke']).default('list'))
    .argument('[id]', 'the grant to revoke')
    .option('--user <username>', 'whose')
    .option('--client <id>', 'given to which client')
    .option('--all', 'revoke every grant')
    .description('list what people have allowed clients, or revoke it with all its tokens')
    .addHelpText(
      'after',
      examples(
        ['understudy grants --user alice', 'what alice has allowed, and which tokens live'],
        ['understudy grants revoke --client web-app', 'its tokens are dead, and it must ask for consent again'],
      ),
    )
  withActions(withRemoteOptions(command), {
    list: ['user', 'client'],
    revoke: ['id', 'user', 'client', 'all'],
  }).action(grants)
}

async function grants(action: 'list' | 'revoke', id: string | undefined, options: GrantsOptions): Promise<void> {
  if (action === 'revoke') return revoke(id, options)
  const control = await connect(options)
  const { user, client } = options
  const found = await control.grants(options.issuer, { user, client })
  print(found, options, () => {
    if (found.length === 0) return 'nothing is granted\n'
    return table([['ID', 'USER', 'CLIENT', 'SCOPES', 'TOKENS'], ...found.map(rowOf)])
  })
}

function rowOf({ id, user, client, scopes, tokens }: GrantView): string[] {
  const alive = Object.entries(tokens).filter(([, count]) => count > 0)
  return [id, user, client, scopes.join(' '), alive.map(([kind, count]) => `${count} ${kind}`).join(', ')]
}

async function revoke(id: string | undefined, options: GrantsOptions): Promise<void> {
  const { issuer, user, client, all = false } = options
  const filter = { ...(user !== undefined && { user }), ...(client !== undefined && { client }) }
  const isFiltered = Object.keys(filter).length > 0
  if ([id !== undefined, isFiltered, all].filter(Boolean).length !== 1) {
    throw usage('revoke grants', 'say one of an id, --user or --client, --all')
  }
  const control = await connect(options)
  await (id === undefined
    ? control.revokeGrants(issuer, isFiltered ? filter : undefined)
    : control.revokeGrant(issuer, id))
  const whose = Object.entries(filter).map(([name, value]) => ` of ${name} ${value}`)
  const which = id ?? (isFiltered ? `the grants${whose.join('')}` : 'all grants')
  print({ revoked: id ?? (isFiltered ? filter : 'all') }, options, () => `revoked ${which}\n`)
}

function usage(what: string, why: string): UnderstudyError {
  return new UnderstudyError('ERR_USAGE', 400, `Failed to ${what}: ${why}. See understudy grants --help.`)
}
