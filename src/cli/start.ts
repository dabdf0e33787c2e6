import { flushCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type LogLevel, logLevels } from '../http/log-level.ts'
import { prepareKeys } from '../provider/make-keys.ts'
import type { RunningServer } from '../server.ts'
import { isNew } from '../store/url.ts'
import { isSwitchedOn, option } from './environment.ts'
import { examples } from './examples.ts'
import { fail } from './fail.ts'
import { type HttpsOptions, withHttpsOptions } from './https-options.ts'
import { wholeNumber } from './numbers.ts'

interface StartOptions extends HttpsOptions {
  fixtures?: string[]
  port: number
  host: string
  issuerUrl?: string
  browserUrl?: string
  store: string
  adminToken?: string
  adminPort?: number
  adminHosts?: string[]
  persona?: string
  watch: boolean
  logLevel: LogLevel
}

/** By then the first requests have been answered, so that most of what serves one is compiled. */
const settledMs = 5000

export function startCommand(program: Command): void {
  const command = program
    .command('start')
    .description('serve the issuers of the fixtures')
    .addOption(option('--fixtures <path>', 'a file or a folder; repeatable, the later wins').argParser(collect))
    .addOption(option('--port <number>', '0 takes a free one').argParser(wholeNumber(0, 65_535)).default(9400))
    .addOption(option('--host <address>', 'where to listen').default('127.0.0.1'))
    .addOption(option('--issuer-url <url>', 'the URL of the root issuer, for all who ask').argParser(httpUrl))
    .addOption(option('--browser-url <url>', 'where a browser reaches it, if by another name').argParser(httpUrl))
    .addOption(option('--store <url>', 'memory, or json:PATH to survive a restart').default('memory'))
    .addOption(option('--admin-token <token>', 'asked of all who use the admin API'))
    .addOption(
      option('--admin-port <number>', 'a port that the admin API has to itself').argParser(wholeNumber(0, 65_535)),
    )
    .addOption(option('--admin-hosts <names>', 'more host names of the admin API, with commas').argParser(names))
    .addOption(option('--persona <name>', 'the provider that the root issuer looks like'))
    .addOption(new Option('--no-watch', 'do not reload the fixtures when they change (env: UNDERSTUDY_NO_WATCH)'))
    .addOption(option('--log-level <level>', 'what is logged on standard error').choices(logLevels).default('info'))
    .addHelpText(
      'after',
      examples(
        ['understudy start --fixtures fixtures.yaml', 'serve, and reload on every save'],
        ['understudy start --persona dlive', 'a persona with its own user and client, and no file'],
        ['understudy start --port 0 --no-watch', 'in a script: read the URL from the ready line'],
        ['UNDERSTUDY_PORT=9500 understudy start --store json:state.json', 'tokens outlive a restart'],
        ['understudy start --https --http-port 9401', 'HTTPS at 9400, and plain HTTP beside it'],
      ),
    )
  withHttpsOptions(command).action(start)
}

async function start(options: StartOptions, command: Command): Promise<void> {
  if (isNew(options.store)) prepareKeys()
  const { startServer } = await import('../server.ts')
  const { fixtures } = options
  const starting = startServer({
    ...options,
    fixtures: command.getOptionValueSource('fixtures') === 'env' ? fixtures?.flatMap(names) : fixtures,
    inline: process.env.UNDERSTUDY_FIXTURES_INLINE,
    https: options.https ?? isSwitchedOn('UNDERSTUDY_HTTPS'),
    watch: options.watch && !isSwitchedOn('UNDERSTUDY_NO_WATCH'),
  })
  drainOnSignal(starting)
  const { issuers, url, adminUrl, httpUrl } = await starting
  keepYoungGeneration()
  const urls = issuers.map(({ name, url }) => (name === 'default' ? `${url} (default)` : url))
  const admin = adminUrl === url ? '' : `; admin API: ${adminUrl}/_understudy`
  const http = httpUrl === undefined ? '' : `; HTTP: ${httpUrl}`
  const authority = isOwnAuthority(options, url) ? `; authority: ${adminUrl}/_understudy/ca.pem` : ''
  process.stdout.write(`Understudy is ready: ${urls.join(', ')}${http}${admin}${authority}\n`)
  // Node keeps what it has compiled when it exits; it would not if it were killed.
  setTimeout(flushCompileCache, settledMs).unref()
}

/** Leaves the young generation as large as a start makes it: V8 would let it grow by a hundred megabytes, to no use here. */
function keepYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

/** Whether the certificate that clients have to trust is one that we have made. */
function isOwnAuthority({ tlsCert }: StartOptions, url: string): boolean {
  return tlsCert === undefined && url.startsWith('https:')
}

/** Ends the process once what is under way has been answered and stored; a second signal ends it at once. */
function drainOnSignal(starting: Promise<RunningServer>): void {
  let isDraining = false

  async function drain(): Promise<void> {
    const server = await starting
    await server.close()
  }

  function onSignal(signal: NodeJS.Signals): void {
    if (isDraining) process.exit(signal === 'SIGINT' ? 130 : 143)
    isDraining = true
    drain()
      .catch(fail)
      .finally(() => process.exit())
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, onSignal)
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value]
}

function names(value: string): string[] {
  return value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function httpUrl(value: string): string {
  if (/^https?:\/\//i.test(value) && URL.canParse(value)) return value
  throw new InvalidArgumentError('Expected an http or https URL.')
}
