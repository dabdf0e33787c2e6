import type { Command } from 'commander'
import { describeArmed, describeBudget } from './armed-view.ts'
import { examples } from './examples.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'
import { table } from './table.ts'

export function armedCommand(program: Command): void {
  const command = program
    .command('armed')
    .description('list the armed faults with what they have met')
    .addHelpText(
      'after',
      examples(['understudy armed', 'those of the issuer "default"'], ['understudy armed --json', 'for a script']),
    )
  withRemoteOptions(command).action(armed)
}

async function armed(options: RemoteOptions): Promise<void> {
  const control = await connect(options)
  const faults = await control.faults(options.issuer)
  print(faults, options, () => {
    if (faults.length === 0) return 'no faults are armed\n'
    const rows = faults.map((fault) => [
      fault.id,
      describeArmed(fault),
      `${fault.matches}`,
      describeBudget(fault),
      fault.scenario === undefined ? fault.origin : `scenario ${fault.scenario}`,
    ])
    return table([['ID', 'FAULT', 'MATCHED', 'FIRED', 'FROM'], ...rows])
  })
}
