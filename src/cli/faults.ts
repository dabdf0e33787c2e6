import type { Command } from 'commander'
import { didYouMean, UnderstudyError } from '../errors.ts'
import { examples } from './examples.ts'
import { describeFault, type FaultSheet } from './fault-sheet.ts'
import { print } from './remote.ts'
import { table } from './table.ts'

export function faultsCommand(program: Command): void {
  program
    .command('faults [name]')
    .description('list the faults: what each does and where it can fire; or tell all about one')
    .option('--json', 'print JSON, parameters as JSON Schema')
    .addHelpText(
      'after',
      examples(
        ['understudy faults', 'every name, for arm and the fixtures'],
        ['understudy faults slow_down', 'where it fires, what it takes, what a client should do'],
      ),
    )
    .action(faults)
}

async function faults(name: string | undefined, options: { json?: boolean }): Promise<void> {
  const { faultSheets } = await import('./fault-sheet.ts')
  const sheets = faultSheets()
  if (name === undefined) return print(sheets, options, () => list(sheets))
  const found = sheets.find((sheet) => sheet.name === name)
  if (found === undefined) {
    const hint = didYouMean(
      name,
      sheets.map((sheet) => sheet.name),
    )
    throw new UnderstudyError('ERR_FAULT_UNKNOWN', 404, `Failed to find the fault "${name}": there is none.${hint}`)
  }
  print(found, options, () => describeFault(found))
}

/** One table a family. */
function list(sheets: readonly FaultSheet[]): string {
  const names = [...new Set(sheets.map(({ family }) => family))]
  const tables = names.map((name) => {
    const rows = sheets
      .filter(({ family }) => family === name)
      .map(({ name, endpoints, summary }) => [name, summary, endpoints.length > 6 ? 'anywhere' : endpoints.join(' ')])
    return table([[name.toUpperCase(), 'WHAT IT DOES', 'FIRES AT'], ...rows])
  })
  return tables.join('\n')
}
