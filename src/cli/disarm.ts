import type { Command } from 'commander'
import { examples } from './examples.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'

export function disarmCommand(program: Command): void {
  const command = program
    .command('disarm [id]')
    .description('disarm one fault, or all')
    .addHelpText(
      'after',
      examples(['understudy disarm', 'all of the issuer'], ['understudy disarm 5f2c81aa', 'one, by its id in "armed"']),
    )
  withRemoteOptions(command).action(disarm)
}

async function disarm(id: string | undefined, options: RemoteOptions): Promise<void> {
  const control = await connect(options)
  await control.disarm(options.issuer, id)
  print({ disarmed: id ?? 'all' }, options, () => `disarmed ${id ?? 'all faults'}\n`)
}
