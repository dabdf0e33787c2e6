import type { Command } from 'commander'
import { examples } from './examples.ts'
import { print } from './remote.ts'
import { table } from './table.ts'

export function personasCommand(program: Command): void {
  program
    .command('personas')
    .description('list the providers that an issuer can look like')
    .option('--json', 'print JSON')
    .addHelpText('after', examples(['understudy personas', 'names for --persona and the fixtures']))
    .action(listPersonas)
}

async function listPersonas(options: { json?: boolean }): Promise<void> {
  const { personas } = await import('../personas/catalog.ts')
  print(personas, options, () =>
    table([['NAME', 'WHAT IT IS'], ...personas.map(({ name, summary }) => [name, summary])]),
  )
}
