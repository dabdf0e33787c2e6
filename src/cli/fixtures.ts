import { Argument, type Command, Option } from 'commander'
import type { PatchCounts } from '../control/fixtures.ts'
import { UnderstudyError } from '../errors.ts'
import { withActions } from './actions.ts'
import { readFixtures } from './document.ts'
import { examples } from './examples.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'
import { yamlOf } from './yaml.ts'

interface FixturesOptions extends RemoteOptions {
  yaml?: boolean
}

export function fixturesCommand(program: Command): void {
  const command = program
    .command('fixtures')
    .addArgument(new Argument('[action]', 'what to do').choices(['export', 'patch']).default('export'))
    .argument('[file]', 'to patch: the file to merge in; - is YAML or JSON from standard input')
    .addOption(new Option('--yaml', 'export YAML rather than JSON').conflicts('json'))
    .description('export what is in force as a fixtures document, or merge one in')
    .addHelpText(
      'after',
      examples(
        ['understudy fixtures export --yaml > fixtures.yaml', 'what was edited by hand, as a file'],
        ['understudy fixtures patch users.yaml', 'as if it had been given as one more --fixtures'],
      ),
    )
  withActions(withRemoteOptions(command), { export: ['yaml'], patch: ['file'] }).action(fixtures)
}

async function fixtures(action: 'export' | 'patch', file: string | undefined, options: FixturesOptions): Promise<void> {
  if (action === 'patch') return patch(file, options)
  const control = await connect(options)
  const [{ escapeVariables }, data] = await Promise.all([
    import('../fixtures/environment.ts'),
    control.fixtures(options.issuer),
  ])
  // It is to be a file, in which what looks like a variable would be one.
  const document = escapeVariables(data)
  process.stdout.write(options.yaml === true ? await yamlOf(document) : `${JSON.stringify(document, null, 2)}\n`)
}

async function patch(file: string | undefined, options: RemoteOptions): Promise<void> {
  if (file === undefined) {
    const message = 'Failed to patch the fixtures: say with which file. See understudy fixtures --help.'
    throw new UnderstudyError('ERR_USAGE', 400, message)
  }
  const document = await readFixtures(file)
  const control = await connect(options)
  const counts = await control.patchFixtures(options.issuer, document)
  print(counts, options, () => `patched: ${describe(counts)}\n`)
}

function describe(counts: PatchCounts): string {
  const brought = Object.entries(counts).filter(([, count]) => count > 0)
  const said = brought.map(([what, count]) => `${count} ${count === 1 ? what.slice(0, -1) : what}`)
  return said.join(', ') || 'settings'
}
