import { Argument, type Command, Option } from 'commander'
import type { JournalEntry, RequestsQuery } from '../control/requests.ts'
import { UnderstudyError } from '../errors.ts'
import { withActions } from './actions.ts'
import { collectSelector, collectWords } from './assignments.ts'
import { examples } from './examples.ts'
import { describeEntry, lineOf } from './journal-view.ts'
import { wholeNumber } from './numbers.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'

interface RequestsOptions extends RemoteOptions {
  when?: Record<string, unknown>
  endpoint?: string | string[]
  client?: string | string[]
  user?: string | string[]
  tag?: string | string[]
  fault?: string | string[]
  status?: string | string[]
  error?: string | string[]
  since?: string
  limit?: number
  count?: number
  wait?: string
  follow?: boolean
  secrets?: boolean
}

type Action = 'list' | 'show' | 'clear'

const selecting = ['endpoint', 'client', 'user', 'tag', 'fault', 'status', 'error']

export function requestsCommand(program: Command): void {
  const command = program
    .command('requests')
    .addArgument(new Argument('[action]', 'what to do').choices(['list', 'show', 'clear']).default('list'))
    .argument('[id]', 'which one to show')
    .description('list what was asked and answered, and why requests were refused; show one whole, or forget them')
    .option('--follow', 'go on with what comes, until interrupted')
    .option('--endpoint <endpoint>', 'such as token; short for --when endpoint=…; repeatable', collectWords)
    .option('--client <id>', 'short for --when client=…; repeatable', collectWords)
    .option('--user <username>', 'short for --when user=…; repeatable', collectWords)
    .option('--tag <tag>', 'short for --when tag=…; repeatable', collectWords)
    .option('--fault <fault>', 'short for --when fault=…; repeatable', collectWords)
    .option('--status <status>', 'short for --when status=…; repeatable', collectWords)
    .option('--error <code>', 'short for --when error=…; repeatable', collectWords)
    .option('--when <name=value>', 'which ones; repeatable', collectSelector)
    .option('--since <id>', 'only what came after it')
    .option('--limit <n>', 'so many at the most', wholeNumber(1))
    .addOption(new Option('--count <n>', 'how many --wait waits for').argParser(wholeNumber(1)))
    .option('--wait <duration>', 'wait until there are as many, such as 5s')
    .option('--secrets', 'show secrets as they are')
    .addHelpText(
      'after',
      examples(
        ['understudy requests', 'a line each'],
        ['understudy requests --follow --client web-app', 'as they come'],
        ["understudy requests --when 'status=/^4/'", 'those that were refused'],
        ['understudy requests --endpoint token --count 2 --wait 5s', 'wait for two'],
        ['understudy requests show 12', 'all of one'],
        ['understudy requests clear', 'forget them'],
        ['understudy requests clear --tag checkout', 'forget those with a tag'],
      ),
    )
  withActions(withRemoteOptions(command), {
    list: [...selecting, 'follow', 'when', 'since', 'limit', 'count', 'wait', 'secrets'],
    show: ['id', 'secrets'],
    clear: ['tag'],
  }).action(requests)
}

async function requests(action: Action, id: string | undefined, options: RequestsOptions): Promise<void> {
  if (action === 'show') return show(id, options)
  if (action === 'clear') return clear(options)
  const query = queryOf(options)
  return options.follow === true ? follow(query, options) : list(query, options)
}

async function list(query: RequestsQuery, options: RequestsOptions): Promise<void> {
  const control = await connect(options)
  const entries = await control.requests(options.issuer, query)
  print(entries, options, () => (entries.length === 0 ? 'nothing was asked\n' : entries.map(lineOf).join('')))
}

/** What there is, and then what comes. */
async function follow(query: RequestsQuery, options: RequestsOptions): Promise<void> {
  const control = await connect(options)
  for await (const entry of control.followRequests(options.issuer, { ...query, since: query.since ?? '0' })) {
    printEntry(entry, options)
  }
}

/** With --json a line each, so that what reads it need not wait for the end. */
function printEntry(entry: JournalEntry, { json }: RequestsOptions): void {
  process.stdout.write(json === true ? `${JSON.stringify(entry)}\n` : lineOf(entry))
}

async function show(id: string | undefined, options: RequestsOptions): Promise<void> {
  if (id === undefined) throw usage('show requests', 'say which one to show, by its id in "requests"')
  const control = await connect(options)
  const entry = await control.request(options.issuer, id, { secrets: options.secrets === true })
  print(entry, options, () => describeEntry(entry))
}

async function clear(options: RequestsOptions): Promise<void> {
  const control = await connect(options)
  const { issuer, tag } = options
  if (Array.isArray(tag)) throw usage('clear requests', 'say one --tag')
  await control.clearRequests(issuer, tag === undefined ? undefined : { tag })
  const which = tag === undefined ? '' : ` with the tag ${tag}`
  print(
    { cleared: issuer, ...(tag !== undefined && { tag }) },
    options,
    () => `cleared the requests of ${issuer}${which}\n`,
  )
}

function queryOf(options: RequestsOptions): RequestsQuery {
  const { endpoint, client, user, tag, fault, status, error, since, limit, count, wait, secrets } = options
  if (wait === undefined && count !== undefined) throw usage('show requests', '--count says how many --wait waits for')
  if (options.follow === true && wait !== undefined) throw usage('show requests', '--follow waits anyway')
  const told = { endpoint, client, user, tag, fault, status, error, since, limit, count, wait, secrets }
  return { ...options.when, ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) }
}

function usage(what: string, why: string): UnderstudyError {
  return new UnderstudyError('ERR_USAGE', 400, `Failed to ${what}: ${why}. See understudy requests --help.`)
}
