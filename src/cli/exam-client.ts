import { availableParallelism } from 'node:os'
import { type Command, Option } from 'commander'
import { rootIssuer } from '../domain/issuer.ts'
import { UnderstudyError } from '../errors.ts'
import type { ClientExam } from '../sdk/exam/client.ts'
import type { PlaceName } from '../sdk/exam/places.ts'
import type { UnderstudyIssuer } from '../sdk/verbs.ts'
import { checkWritable, finish } from './exam-report.ts'
import { examples } from './examples.ts'
import { collect } from './fault-options.ts'
import { localServer } from './local-server.ts'
import { wholeNumber } from './numbers.ts'
import { connect, type RemoteOptions } from './remote.ts'

interface ClientOptions extends Omit<RemoteOptions, 'server'> {
  server?: string
  command?: string
  loginUrl?: string
  expect?: string
  fixtures?: string[]
  https?: boolean
  client?: string
  user?: string
  redirectUri?: string
  fault?: string[]
  except?: string[]
  place?: string[]
  timeout: string
  parallel?: number
  recovery: boolean
  junit?: string
}

export function clientExamCommand(exam: Command): void {
  exam
    .command('client')
    .description('have a client log in once with all as it should be, and then once with each fault that it can meet')
    .option('--command <command>', 'has the client log in once, by what its environment says; ends with 0 if it has')
    .option('--login-url <url>', 'of a web application at a server that runs: where a login begins')
    .option(
      '--expect <text>',
      'with --login-url: what stands in the page of who is logged in alone (default: any page)',
    )
    .option(
      '--fixtures <path>',
      'the issuer that it logs in at (default: one with a user and a client); repeatable',
      collect,
    )
    .option('--https', 'its issuer by HTTPS, and the faults of certificates')
    .option('--client <id>', 'the client (default: the first with a redirect URI)')
    .option('--user <username>', 'who is logged in, without a page (default: the first)')
    .option('--redirect-uri <uri>', 'where the client is called back (default: its first)')
    .option('--fault <name>', 'only this fault; repeatable (default: all)', collect)
    .option('--except <name>', 'not this fault; repeatable', collect)
    .option(
      '--place <place>',
      'only faults there, or "all"; repeatable (default: where each is usually meant)',
      collect,
    )
    .option('--timeout <duration>', 'how long a login may take', '30s')
    .option('--parallel <n>', 'how many log in at once (default: one a processor)', wholeNumber(1, 256))
    .option('--no-recovery', 'do not have it log in again once each fault is over')
    .option('--junit <file>', 'write the report as JUnit XML, too')
    .option('--json', 'print JSON')
    .option(
      '--server <url>',
      'a server that the client knows, reset before and after each fault (default: one of its own; with --login-url, the one on this machine)',
    )
    .option('--issuer <name>', 'the issuer there', rootIssuer)
    .addOption(new Option('--admin-token <token>', 'the token it was started with').env('UNDERSTUDY_ADMIN_TOKEN'))
    .action(examine)
    .addHelpText(
      'after',
      examples(
        [`understudy exam client --command 'node login.js'`, 'every fault, one login each'],
        [
          `understudy exam client --command 'node login.js' --fault invalid-sig --fault nonce-invalid`,
          'while you work on one',
        ],
        [
          `understudy exam client --login-url http://localhost:3000/login --client web-app --expect 'Sign out'`,
          'a web application that logs in at a server that runs',
        ],
        [
          `understudy exam client --command './login.sh' --fixtures fixtures.yaml --client web-app --place all --junit exam.xml`,
          'with your own issuer and every fault at every place, for a CI server to read',
        ],
      ),
    )
}

async function examine(options: ClientOptions): Promise<void> {
  const { examineClient } = await import('../sdk/exam/client.ts')
  const { client, user, redirectUri, fault: faults, except, place } = options
  const server = options.server ?? (options.loginUrl === undefined ? undefined : localServer('localhost'))
  const exam: ClientExam = {
    ...(await examined(options)),
    client,
    user,
    redirectUri,
    faults,
    except,
    places: place?.includes('all') ? 'all' : (place as PlaceName[] | undefined),
    timeoutMs: await millisecondsOf(options.timeout),
    recovery: options.recovery,
    ...(server === undefined ? await ownOf(options) : { issuer: await knownIssuer({ ...options, server }) }),
    ...(process.stderr.isTTY && { onResult: showProgress }),
  }
  await checkWritable(options)
  const report = await untilSignal(() => examineClient(exam)).finally(clearProgress)
  await finish(report, options, 'client')
}

async function millisecondsOf(timeout: string): Promise<number> {
  const { parseDurationSeconds } = await import('../time.ts')
  const seconds = parseDurationSeconds(timeout) ?? 0
  if (seconds > 0) return Math.ceil(seconds * 1000)
  throw usage(`--timeout ${timeout} is no duration, such as 30s`)
}

async function examined({ command, loginUrl, expect }: ClientOptions): Promise<Pick<ClientExam, 'login' | 'subject'>> {
  if (command !== undefined && loginUrl !== undefined) throw usage('it takes --command or --login-url, not both')
  if (expect !== undefined && loginUrl === undefined) throw usage('--expect is for --login-url')
  if (command !== undefined) {
    const { loginByCommand } = await import('../sdk/exam/command.ts')
    return { login: loginByCommand(command), subject: command }
  }
  if (loginUrl === undefined) throw usage('it takes --command, or the --login-url of a web application')
  if (!URL.canParse(loginUrl)) {
    throw usage(`--login-url ${loginUrl} is no URL, such as http://localhost:3000/login`)
  }
  const { loginByBrowser } = await import('../sdk/exam/browser.ts')
  return { login: loginByBrowser(loginUrl, { expect }), subject: loginUrl }
}

async function knownIssuer(options: ClientOptions & RemoteOptions): Promise<UnderstudyIssuer> {
  if (options.fixtures !== undefined) throw usage('a server that runs has fixtures of its own, leave --fixtures out')
  if (options.https) throw usage('a server that runs has HTTPS or not, leave --https out')
  if (options.parallel !== undefined) throw usage('at a server that runs one logs in at a time, leave --parallel out')
  const { issuerOf } = await import('../sdk/issuer.ts')
  const control = await connect(options)
  const found = (await control.issuers()).find(({ name }) => name === options.issuer)
  if (found === undefined) throw usage(`there is no issuer "${options.issuer}" at ${options.server}`)
  return issuerOf(control, options.server, found.name, found.issuer)
}

async function ownOf(options: ClientOptions): Promise<Partial<ClientExam>> {
  if (options.issuer !== rootIssuer) throw usage('--issuer is for a server that runs (--server)')
  const { examFixtures } = await import('../sdk/exam/fixtures.ts')
  const { fixtures = examFixtures, https = false, parallel = availableParallelism() } = options
  return { parallel, source: { fixtures, https } }
}

/** Clients are in process groups of their own, which no signal of a terminal reaches: they are ended on exit. */
async function untilSignal<Result>(work: () => Promise<Result>): Promise<Result> {
  const endings = { SIGINT: () => process.exit(130), SIGTERM: () => process.exit(143) } as const
  const signals = Object.entries(endings)
  for (const [signal, end] of signals) process.on(signal, end)
  try {
    return await work()
  } finally {
    for (const [signal, end] of signals) process.off(signal, end)
  }
}

const showProgress: NonNullable<ClientExam['onResult']> = ({ fault }, { done, of }) => {
  process.stderr.write(`${blank}${done}/${of} ${fault}`)
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write(blank)
}

/** Goes back to the beginning of a terminal's line, and clears it. */
const blank = '\r\u001b[K'

function usage(why: string): UnderstudyError {
  return new UnderstudyError('ERR_USAGE', 400, `Failed to examine a client: ${why}. See understudy exam client --help.`)
}
