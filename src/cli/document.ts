import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { UnderstudyError } from '../errors.ts'

/** What stands for standard input where a file is asked for. */
const standardInput = '-'

/**
 * Reads YAML or JSON, with the variables of this environment filled in.
 *
 * @param path of a file; `-`: standard input
 * @throws UnderstudyError `ERR_FIXTURES_INVALID` with every mistake in its place, `ERR_FILE_UNREADABLE`
 */
export async function readData(path: string): Promise<unknown> {
  const [{ parseText }, { emptySource, locate }, { fixturesError }] = await Promise.all([
    import('../fixtures/text.ts'),
    import('../fixtures/source.ts'),
    import('../fixtures/mistakes.ts'),
  ])
  const source = emptySource(path === standardInput ? 'standard input' : path)
  const data = await parseText(source, await textOf(path), process.env)
  if (source.findings.length > 0) throw fixturesError(await locate(source, source.findings))
  return data
}

/**
 * Reads a fixtures file as it is sent to a server: with what it names in other files, and the variables of this environment
 * filled in.
 *
 * @param path of a file; `-`: YAML or JSON from standard input
 * @throws UnderstudyError `ERR_FIXTURES_INVALID` with every mistake in its place, `ERR_FILE_UNREADABLE`
 */
export async function readFixtures(path: string): Promise<unknown> {
  const [{ Files }, { locateAll }, { fixturesError }, read, { documentSchema }, { validate }] = await Promise.all([
    import('../fixtures/files.ts'),
    import('../fixtures/load.ts'),
    import('../fixtures/mistakes.ts'),
    import('../fixtures/read.ts'),
    import('../fixtures/schema.ts'),
    import('../fixtures/validate.ts'),
  ])
  const files = new Files()
  const sources =
    path === standardInput
      ? [await read.readInline('standard input', await textOf(path), process.env, files)]
      : await read.readPath(path, process.env, files)
  const [source] = sources
  if (source === undefined || sources.length > 1) throw notOne(path)
  const { findings = [] } = validate(documentSchema, source.document, source.texts)
  for (const hooks of source.hooks.values()) {
    for (const hook of Object.keys(hooks)) findings.push({ path: [hook], message: 'a function cannot be sent' })
  }
  const found = findings.map((finding) => ({ source, finding }))
  const mistakes = await locateAll([source], found)
  if (mistakes.length > 0) throw fixturesError(mistakes)
  return source.document
}

async function textOf(path: string): Promise<string> {
  if (path === standardInput) return text(process.stdin)
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new UnderstudyError('ERR_FILE_UNREADABLE', 400, `Failed to read ${path}: ${(error as Error).message}.`)
  }
}

function notOne(path: string): UnderstudyError {
  return new UnderstudyError(
    'ERR_USAGE',
    400,
    `Failed to read ${path}: expected one file. Send those of a folder in turn.`,
  )
}
