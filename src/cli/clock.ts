import { Argument, type Command } from 'commander'
import type { ClockView } from '../control/clock.ts'
import type { Control } from '../control/control.ts'
import { UnderstudyError } from '../errors.ts'
import { examples } from './examples.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'

export function clockCommand(program: Command): void {
  const command = program
    .command('clock')
    .addArgument(new Argument('[action]', 'what to do with it; left out: tell').choices(['advance', 'skew']))
    .argument('[by]', 'seconds, or text such as 31d; to skew, also below zero')
    .description("tell the issuer's time, move it forward, or skew the times that are signed into tokens")
    // Or a skew of -90s would be taken for an option.
    .allowUnknownOption()
    .addHelpText(
      'after',
      examples(
        ['understudy clock advance 31d', 'access tokens are dead, refresh tokens by their lifetime'],
        ['understudy clock skew -90s', 'tokens are signed as if it were 90 seconds earlier'],
        ['understudy clock skew 0', 'they are right again'],
      ),
    )
  withRemoteOptions(command).action(clock)
}

async function clock(action: 'advance' | 'skew' | undefined, by: string | undefined, options: RemoteOptions) {
  const control = await connect(options)
  const view = await act(control, options.issuer, action, by)
  print(view, options, () => describe(view))
}

function act(control: Control, issuer: string, action: 'advance' | 'skew' | undefined, by: string | undefined) {
  if (action === undefined) return control.clock(issuer)
  if (by === undefined || by.startsWith('--')) throw usage(action)
  return action === 'advance' ? control.advanceClock(issuer, by) : control.setClock(issuer, { skew: by })
}

function describe({ now, advanced_seconds: advanced, skew_seconds: skew }: ClockView): string {
  const parts = [now]
  if (advanced !== 0) parts.push(`advanced by ${advanced} s`)
  if (skew !== 0) parts.push(`tokens skewed by ${skew} s`)
  return `${parts.join(', ')}\n`
}

function usage(action: string): UnderstudyError {
  const message = `Failed to ${action} the clock: say by how much, such as 90s. See understudy clock --help.`
  return new UnderstudyError('ERR_USAGE', 400, message)
}
