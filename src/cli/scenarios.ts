import type { Command } from 'commander'
import { examples } from './examples.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'
import { table } from './table.ts'

export function scenariosCommand(program: Command): void {
  const command = program
    .command('scenarios')
    .description('list the scenarios and whether they are on')
    .addHelpText('after', examples(['understudy scenarios --issuer partner', 'those of the issuer at /partner']))
  withRemoteOptions(command).action(scenarios)
}

async function scenarios(options: RemoteOptions): Promise<void> {
  const control = await connect(options)
  const found = await control.scenarios(options.issuer)
  print(found, options, () => {
    if (found.length === 0) return 'the fixtures have no scenarios\n'
    const rows = found.map(({ name, enabled, description }) => [name, enabled ? 'on' : 'off', description ?? ''])
    return table([['NAME', 'IS', 'DESCRIPTION'], ...rows])
  })
}
