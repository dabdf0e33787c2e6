import type { Command } from 'commander'
import { examples } from './examples.ts'
import { print } from './remote.ts'
import { table } from './table.ts'

export function personasCommand(program: Command): void {
  program
    .command('personas [name]')
    .description('list the providers that an issuer can look like; or tell what is special about one')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        ['understudy personas', 'names for --persona and the fixtures'],
        ['understudy personas dlive', 'its paths, scopes, options, default user and client'],
      ),
    )
    .action(tellPersonas)
}

async function tellPersonas(name: string | undefined, options: { json?: boolean }): Promise<void> {
  const { describePersona, findPersona } = await import('./persona-sheet.ts')
  if (name !== undefined) {
    const found = findPersona(name)
    return print(found, options, () => describePersona(found))
  }
  const { personas } = await import('../personas/catalog.ts')
  print(personas, options, () =>
    table([['NAME', 'WHAT IT IS'], ...personas.map(({ name, summary }) => [name, summary])]),
  )
}
