import type { Command } from 'commander'
import { examples } from './examples.ts'
import { wholeNumber } from './numbers.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'

interface ReleaseCommandOptions extends RemoteOptions {
  request?: number
}

export function releaseCommand(program: Command): void {
  const command = program
    .command('release <id>')
    .description('let go on what a fault holds, all or one by one')
    .option('--request <n>', 'the one to release: 1 came first', wholeNumber(1))
    .addHelpText(
      'after',
      examples(
        ['understudy release 5f2c81aa', 'all that it holds, by its id in "armed"'],
        ['understudy release 5f2c81aa --request 2', 'the second that came'],
      ),
    )
  withRemoteOptions(command).action(release)
}

async function release(id: string, options: ReleaseCommandOptions): Promise<void> {
  const control = await connect(options)
  const report = await control.release(options.issuer, id, { request: options.request })
  print(report, options, () => `released ${report.released}, ${report.waiting} waiting\n`)
}
