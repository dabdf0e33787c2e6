import { Argument, type Command } from 'commander'
import type { Control } from '../control/control.ts'
import type { Put } from '../control/entries.ts'
import { UnderstudyError } from '../errors.ts'
import { withActions } from './actions.ts'
import { readAssignments } from './assignments.ts'
import { readData } from './document.ts'
import { examples } from './examples.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'
import { table } from './table.ts'
import { yamlOf } from './yaml.ts'

interface EntryOptions extends RemoteOptions {
  file?: string
}

type Entry = Record<string, unknown>

/** What is edited one by one, as the command line knows it. */
export interface Editable {
  /** The name of the command. */
  plural: string
  noun: string
  /** What the key is called. */
  key: string
  examples: Parameters<typeof examples>
  columns: readonly string[]
  row(entry: Entry): string[]
  list(control: Control, issuer: string): Promise<Entry[]>
  show(control: Control, issuer: string, key: string): Promise<Entry>
  put(control: Control, issuer: string, key: string, entry: unknown): Promise<Put<Entry>>
  delete(control: Control, issuer: string, key: string): Promise<void>
}

type Action = 'list' | 'show' | 'put' | 'delete'

/** Declares the command that lists and edits something. */
export function editCommand(program: Command, what: Editable): void {
  const command = program
    .command(what.plural)
    .addArgument(new Argument('[action]', 'what to do').choices(['list', 'show', 'put', 'delete']).default('list'))
    .argument(`[${what.key}]`, `which ${what.noun}`)
    .argument('[members...]', 'to put: name=value, claims.email=value; the value is JSON, or else text')
    .option('--file <path>', 'to put: what a YAML or JSON file says, or standard input where it is -')
    .description(`list the ${what.plural}, or show, put or delete one; in force on the next request`)
    .addHelpText('after', examples(...what.examples))
  const { key } = what
  const actions = { list: [], show: [key], put: [key, 'members', 'file'], delete: [key] }
  withActions(withRemoteOptions(command), actions).action(
    (action: Action, key: string | undefined, members: string[], options) => edit(what, action, key, members, options),
  )
}

async function edit(
  what: Editable,
  action: Action,
  key: string | undefined,
  members: string[],
  options: EntryOptions,
): Promise<void> {
  if (action === 'list') return list(what, options)
  if (key === undefined) throw usage(what, `say which ${what.noun} to ${action}`)
  if (action === 'show') return show(what, key, options)
  if (action === 'put') return put(what, key, members, options)
  const control = await connect(options)
  await what.delete(control, options.issuer, key)
  print({ deleted: key }, options, () => `deleted ${what.noun} ${key}\n`)
}

async function list(what: Editable, options: RemoteOptions): Promise<void> {
  const control = await connect(options)
  const found = await what.list(control, options.issuer)
  print(found, options, () =>
    found.length === 0 ? `there are no ${what.plural}\n` : table([what.columns, ...found.map(what.row)]),
  )
}

async function show(what: Editable, key: string, options: RemoteOptions): Promise<void> {
  const control = await connect(options)
  const entry = await what.show(control, options.issuer, key)
  const yaml = await yamlOf(entry)
  print(entry, options, () => yaml)
}

async function put(what: Editable, key: string, members: string[], options: EntryOptions): Promise<void> {
  if (options.file !== undefined && members.length > 0) throw usage(what, 'give members, or a --file, not both')
  const written = options.file === undefined ? readAssignments(members) : await readData(options.file)
  const control = await connect(options)
  const { entry, made } = await what.put(control, options.issuer, key, written)
  print(entry, options, () => `${made ? 'made' : 'replaced'} ${what.noun} ${key}\n`)
}

function usage({ plural, noun }: Editable, why: string): UnderstudyError {
  return new UnderstudyError('ERR_USAGE', 400, `Failed to edit a ${noun}: ${why}. See understudy ${plural} --help.`)
}
