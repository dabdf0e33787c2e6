import type { Command } from 'commander'
import { UnderstudyError } from '../errors.ts'
import { examples } from './examples.ts'
import { print } from './remote.ts'

const target = 'fixtures.yaml'

export function initCommand(program: Command): void {
  program
    .command('init')
    .description(`write a commented ${target} into this folder`)
    .option('--force', 'overwrite the one that is there')
    .option('--persona <name>', 'for an issuer that looks like this provider')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        ['understudy init && understudy start --fixtures fixtures.yaml', 'then edit it: it reloads'],
        ['understudy init --persona dlive', 'with the user and the client of a persona'],
      ),
    )
    .action(init)
}

async function init({
  force = false,
  persona,
  json,
}: {
  force?: boolean
  persona?: string
  json?: boolean
}): Promise<void> {
  const [{ readFile, writeFile }, { join }] = await Promise.all([import('node:fs/promises'), import('node:path')])
  const example =
    persona === undefined
      ? await readFile(join(import.meta.dirname, '../../data/fixtures.yaml'), 'utf8')
      : await fixturesOf(persona)
  try {
    await writeFile(target, withSchema(example, await schemaUrl()), { flag: force ? 'w' : 'wx' })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'EEXIST' ? 'it exists. Overwrite it with --force.' : `${code}. Is this folder yours to write?`
    throw new UnderstudyError('ERR_INIT', 409, `Failed to write ${target}: ${why}`, undefined, { cause: error })
  }
  print({ wrote: target }, { json }, () => `wrote ${target}; serve it with: understudy start --fixtures ${target}\n`)
}

async function fixturesOf(persona: string): Promise<string> {
  const { findPersona, personaFixtures } = await import('./persona-sheet.ts')
  return personaFixtures(findPersona(persona))
}

/** The example with the line by which editors find the schema, as seen from where it is written to. */
function withSchema(example: string, url: string): string {
  const body = example.replace(/^# yaml-language-server:.*\n/, '')
  return `# yaml-language-server: $schema=${url}\n${body}`
}

/** The schema of the package that the project has installed, else the published one of this version. */
async function schemaUrl(): Promise<string> {
  const [{ access }, { version }] = await Promise.all([import('node:fs/promises'), import('../control/version.ts')])
  const installed = './node_modules/understudy-idp/fixtures.schema.json'
  const isInstalled = await access(installed).then(
    () => true,
    () => false,
  )
  return isInstalled ? installed : `https://unpkg.com/understudy-idp@${version}/fixtures.schema.json`
}
