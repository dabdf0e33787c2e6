import { Argument, type Command } from 'commander'
import type { SessionView, SignedIn } from '../control/sessions.ts'
import { UnderstudyError } from '../errors.ts'
import { withActions } from './actions.ts'
import { examples } from './examples.ts'
import { collect } from './fault-options.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'
import { table } from './table.ts'

interface SessionsOptions extends RemoteOptions {
  user?: string
  all?: boolean
  age?: string
  origin?: string[]
}

export function sessionsCommand(program: Command): void {
  const command = program
    .command('sessions')
    .addArgument(new Argument('[action]', 'what to do').choices(['list', 'end', 'create']).default('list'))
    .argument('[id]', 'the session to end')
    .option('--user <username>', 'whose; to create: who is signed in')
    .option('--all', 'end every session')
    .option('--age <duration>', 'to create: how long ago the login was, such as 10m')
    .option('--origin <url>', 'to create: one more by which the browser will ask; repeatable', collect)
    .description('list who is signed in, end sessions, or sign a browser in by its cookies')
    .addHelpText(
      'after',
      examples(
        ['understudy sessions', 'who is signed in, and to which clients'],
        ['understudy sessions end --user alice', 'she has to log in again, everywhere'],
        ['understudy sessions create --user alice --age 2h', 'a login that is too old for max_age=3600'],
        ['understudy sessions create --user alice', 'prints the Cookie header of a browser in which she is signed in'],
      ),
    )
  withActions(withRemoteOptions(command), {
    list: ['user'],
    end: ['id', 'user', 'all'],
    create: ['user', 'age', 'origin'],
  }).action(sessions)
}

async function sessions(action: 'list' | 'end' | 'create', id: string | undefined, options: SessionsOptions) {
  if (action === 'end') return end(id, options)
  return action === 'create' ? create(options) : list(options)
}

async function list(options: SessionsOptions): Promise<void> {
  const control = await connect(options)
  const found = await control.sessions(options.issuer, { user: options.user })
  print(found, options, () => {
    if (found.length === 0) return 'nobody is signed in\n'
    return table([['ID', 'USER', 'SINCE', 'EXPIRES', 'CLIENTS'], ...found.map(rowOf)])
  })
}

function rowOf({ id, user, since, expires, clients }: SessionView): string[] {
  return [id, user, since, expires, clients.map((each) => each.client_id).join(', ')]
}

async function end(id: string | undefined, options: SessionsOptions): Promise<void> {
  const { issuer, user, all = false } = options
  if ([id, user, all || undefined].filter((each) => each !== undefined).length !== 1) {
    throw usage('end sessions', 'say one of an id, --user, --all')
  }
  const control = await connect(options)
  const ofUser = user === undefined ? undefined : { user }
  await (id === undefined ? control.endSessions(issuer, ofUser) : control.endSession(issuer, id))
  const which = id ?? (user === undefined ? 'all sessions' : `the sessions of ${user}`)
  print({ ended: id ?? user ?? 'all' }, options, () => `ended ${which}\n`)
}

async function create(options: SessionsOptions): Promise<void> {
  const { issuer, user, age, origin: origins } = options
  if (user === undefined) throw usage('sign in', 'say who, with --user')
  const control = await connect(options)
  const made = await control.signIn(issuer, { user, ...(age !== undefined && { age }), ...(origins && { origins }) })
  print(made, options, () => `${cookieHeader(made)}\n`)
}

function cookieHeader({ cookies }: SignedIn): string {
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
}

function usage(what: string, why: string): UnderstudyError {
  return new UnderstudyError('ERR_USAGE', 400, `Failed to ${what}: ${why}. See understudy sessions --help.`)
}
