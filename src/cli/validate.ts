import type { Command } from 'commander'
import { UnderstudyError } from '../errors.ts'
import { examples } from './examples.ts'
import { print } from './remote.ts'

export function validateCommand(program: Command): void {
  program
    .command('validate <path...>')
    .description('check fixtures, and say every mistake at once')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        ['understudy validate fixtures.yaml', 'one file'],
        ['understudy validate base.yaml override.yaml', 'as they merge'],
      ),
    )
    .action(validate)
}

async function validate(paths: string[], options: { json?: boolean }): Promise<void> {
  const { checkFixtures } = await import('../server.ts')
  try {
    const { issuers } = await checkFixtures({ fixtures: paths })
    const counts = count([...issuers.values()])
    print({ ok: true, ...counts }, options, () => `ok: ${Object.entries(counts).map(plural).join(', ')}\n`)
  } catch (error) {
    const isMistaken = error instanceof UnderstudyError && error.details?.errors !== undefined
    if (options.json !== true || !isMistaken) throw error
    print({ ok: false, ...error.details }, options, () => error.message)
    process.exitCode = 1
  }
}

interface Counted {
  users: readonly unknown[]
  clients: readonly unknown[]
  faults: readonly unknown[]
  scenarios: object
}

function count(issuers: readonly Counted[]) {
  const sum = (size: (issuer: Counted) => number) => issuers.reduce((total, issuer) => total + size(issuer), 0)
  return {
    issuers: issuers.length,
    users: sum(({ users }) => users.length),
    clients: sum(({ clients }) => clients.length),
    faults: sum(({ faults }) => faults.length),
    scenarios: sum(({ scenarios }) => Object.keys(scenarios).length),
  }
}

function plural([noun, number]: [noun: string, number: number]): string {
  return `${number} ${number === 1 ? noun.slice(0, -1) : noun}`
}
