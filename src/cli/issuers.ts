import { Argument, type Command } from 'commander'
import { UnderstudyError } from '../errors.ts'
import { withActions } from './actions.ts'
import { readAssignments } from './assignments.ts'
import { readData } from './document.ts'
import { examples } from './examples.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'
import { table } from './table.ts'

interface IssuersOptions extends RemoteOptions {
  file?: string
}

export function issuersCommand(program: Command): void {
  const command = program
    .command('issuers')
    .addArgument(new Argument('[action]', 'what to do').choices(['list', 'create', 'end']).default('list'))
    .argument('[name]', 'which issuer; left out where one is created: made up')
    .argument('[members...]', 'to create: name=value; the value is JSON, or else text')
    .option('--file <path>', 'to create: what a YAML or JSON file says, or standard input where it is -')
    .description('list the issuers, create one, or end one that was created')
    .addHelpText(
      'after',
      examples(
        ['understudy issuers', 'all of them, with their URLs'],
        ['understudy issuers create shop \'users=["alice"]\'', 'at /shop, until it is ended'],
        ['understudy issuers create --file shop.yaml', 'with a name that is made up'],
        ['understudy issuers end shop', 'and all that it had stored'],
      ),
    )
  withActions(withRemoteOptions(command), {
    list: [],
    create: ['name', 'members', 'file'],
    end: ['name'],
  }).action(issuers)
}

async function issuers(
  action: 'list' | 'create' | 'end',
  name: string | undefined,
  members: string[],
  options: IssuersOptions,
): Promise<void> {
  if (action === 'create') return create(name, members, options)
  const control = await connect(options)
  if (action === 'list') {
    const found = await control.issuers()
    const rows = found.map((each) => [each.name, each.issuer, each.persona, `${each.users}`, `${each.clients}`])
    return print(found, options, () => table([['NAME', 'URL', 'PERSONA', 'USERS', 'CLIENTS'], ...rows]))
  }
  if (name === undefined) throw usage('say which issuer to end')
  await control.endIssuer(name)
  print({ ended: name }, options, () => `ended ${name}\n`)
}

async function create(name: string | undefined, members: string[], options: IssuersOptions): Promise<void> {
  const isNamed = name !== undefined && !name.includes('=')
  const assigned = readAssignments(name === undefined || isNamed ? members : [name, ...members])
  const read = options.file === undefined ? {} : await readData(options.file)
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    throw usage('the file says no members of an issuer')
  const control = await connect(options)
  const made = await control.createIssuer({ ...read, ...assigned, ...(isNamed && { name }) })
  print(made, options, () => `created ${made.name} at ${made.issuer}\n`)
}

function usage(why: string): UnderstudyError {
  return new UnderstudyError('ERR_USAGE', 400, `Failed to direct the issuers: ${why}. See understudy issuers --help.`)
}
