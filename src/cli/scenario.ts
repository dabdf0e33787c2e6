import { Argument, type Command } from 'commander'
import { examples } from './examples.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'

export function scenarioCommand(program: Command): void {
  const command = program
    .command('scenario')
    .addArgument(new Argument('<switch>', 'arm its faults, or disarm them').choices(['on', 'off']))
    .argument('<name>', 'as the fixtures name it')
    .description('switch a scenario on or off')
    .addHelpText(
      'after',
      examples(
        ['understudy scenario on tv-expires', 'arms what the scenario lists'],
        ['understudy scenario off tv-expires', 'disarms it'],
      ),
    )
  withRemoteOptions(command).action(scenario)
}

async function scenario(position: 'on' | 'off', name: string, options: RemoteOptions): Promise<void> {
  const control = await connect(options)
  const toggled = await control.toggleScenario(options.issuer, name, position === 'on')
  print(toggled, options, () => `scenario ${toggled.name} is ${toggled.enabled ? 'on' : 'off'}\n`)
}
