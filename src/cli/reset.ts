import { type Command, Option } from 'commander'
import { type Resettable, resettable } from '../control/resettable.ts'
import { examples } from './examples.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'

interface ResetOptions extends RemoteOptions {
  keep?: Resettable[]
}

export function resetCommand(program: Command): void {
  const command = program
    .command('reset')
    .description('go back to the fixtures: edits, faults, clock, journal, tokens and sessions; keys stay')
    .addOption(new Option('--keep <what...>', 'what stays as it is').choices(resettable))
    .addHelpText(
      'after',
      examples(
        ['understudy reset', 'between two tests'],
        ['understudy reset --keep sessions', 'people stay signed in'],
      ),
    )
  withRemoteOptions(command).action(reset)
}

async function reset(options: ResetOptions): Promise<void> {
  const control = await connect(options)
  await control.reset(options.issuer, { keep: options.keep })
  const kept = options.keep === undefined ? '' : `, kept ${options.keep.join(', ')}`
  print({ reset: options.issuer, keep: options.keep ?? [] }, options, () => `reset ${options.issuer}${kept}\n`)
}
