import type { Command } from 'commander'
import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { commandsOf, nameOf } from '../../scripts/docs/cli.ts'
import { createProgram } from '../../src/cli/program.ts'
import { run, runHere } from './run.ts'

test('--version is the version of the package', async () => {
  const ran = await run(['--version'])

  expect(ran).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' })
})

test('a failure ends the process with 1 and one line', async () => {
  const ran = await run(['faults', 'slow_dwn'])

  expect(ran).toEqual({
    code: 1,
    stdout: '',
    stderr: 'error: Failed to find the fault "slow_dwn": there is none. Did you mean "slow_down"?\n',
  })
})

test('an empty variable is one that is not set', async () => {
  const ran = await run(['start'], { env: { UNDERSTUDY_PORT: '', UNDERSTUDY_LOG_LEVEL: 'loud' } })

  expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining("'loud' from env 'UNDERSTUDY_LOG_LEVEL'") })
})

test.each([
  [['armd'], "error: unknown command 'armd' (Did you mean one of arm, armed?)\n"],
  [['start', '--prot', '1'], "error: unknown option '--prot' (Did you mean --port?)\n"],
  [
    ['start', '--port', '65536'],
    "error: option '--port <number>' argument '65536' is invalid. Expected a whole number from 0 to 65535.\n",
  ],
  [
    ['start', '--issuer-url', 'idp'],
    "error: option '--issuer-url <url>' argument 'idp' is invalid. Expected an http or https URL.\n",
  ],
  [
    ['start', '--log-level', 'loud'],
    "error: option '--log-level <level>' argument 'loud' is invalid. Allowed choices are silent, fatal, error, warn, info, debug, trace.\n",
  ],
  [['arm', 'x', '--with', 'y'], "error: option '--with <name=value>' argument 'y' is invalid. Expected name=value.\n"],
  [
    ['arm', 'x', '--times', '0'],
    "error: option '--times <n>' argument '0' is invalid. Expected a whole number of at least 1.\n",
  ],
])('%j is refused in one line', async (args, stderr) => {
  const ran = await runHere(args)

  expect(ran).toEqual({ code: 1, stdout: '', stderr })
})

test('a bad value in the environment names its variable', async () => {
  const ran = await runHere(['start'], { env: { UNDERSTUDY_PORT: 'nine' } })

  expect(ran.code).toBe(1)
  expect(ran.stderr).toMatch(/^error: .*'nine' from env 'UNDERSTUDY_PORT' is invalid\. .*\n$/)
})

test('every command has a description and examples', () => {
  const commands = commandsOf(createProgram())

  expect(commands.map(nameOf)).toEqual([
    'start',
    'init',
    'validate',
    'healthcheck',
    'faults',
    'personas',
    'arm',
    'armed',
    'release',
    'disarm',
    'scenario',
    'scenarios',
    'device',
    'ciba',
    'reset',
    'tokens',
    'clock',
    'keys',
    'sessions',
    'grants',
    'ca',
    'certificate',
    'users',
    'clients',
    'scopes',
    'fixtures',
    'issuers',
    'initiate-login',
    'logout',
    'requests',
    'verify',
    'exam api',
    'exam client',
  ])
  for (const command of commands) {
    let help = ''
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp()
    expect(help).toContain(`\nExamples:\n`)
    expect(help).toMatch(new RegExp(`\n  .*understudy ${nameOf(command)}.*  # \\w`))
    expect(command.description()).not.toBe('')
  }
})

test('a command that is asked for is made alone, as it is among all', () => {
  const helpOf = (command: Command | undefined) => command?.helpInformation()
  for (const command of createProgram().commands) {
    const alone = createProgram(command.name()).commands

    expect(alone.map((each) => each.name())).toEqual([command.name()])
    expect(helpOf(alone[0])).toBe(helpOf(command))
  }
  expect(createProgram('strat').helpInformation()).toBe(createProgram().helpInformation())
})

/** What prints nothing that a program would read, but for a ready line. */
const withoutJson = new Set(['start'])

test('every command that tells something tells it as JSON, too', () => {
  const without = commandsOf(createProgram()).filter(({ options }) => !options.some(({ long }) => long === '--json'))

  expect(new Set(without.map((command) => command.name()))).toEqual(withoutJson)
})

/** The command lines of the help, from the name of the command on. */
const examples = commandsOf(createProgram()).flatMap((command) => {
  let help = ''
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp()
  const [, listed = ''] = help.split('\nExamples:\n')
  const lines = [...listed.matchAll(/^ {2}(.*?) +# /gm)].map(([, line = '']) => line)
  const own = lines.flatMap((line) => line.split(' && ')).filter((line) => /\bunderstudy /.test(line))
  return own.map((line) => line.replace(/^.*?understudy /, '').replace(/ > \S+$/, ''))
})

test.each(examples)('understudy %s is a command line that is taken', async (line) => {
  const words = [...line.matchAll(/(?:[^\s']|'[^']*')+/g)].map(([word]) => word.replaceAll("'", ''))
  const program = createProgram().exitOverride()
  const ran: string[] = []
  for (const command of commandsOf(program)) command.exitOverride().action(() => void ran.push(nameOf(command)))

  await program.parseAsync(words, { from: 'user' })

  expect(ran).toEqual([expect.stringMatching(new RegExp(`^${words[0]}( ${words[1]})?$`))])
})
