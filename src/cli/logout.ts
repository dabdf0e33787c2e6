import type { Command } from 'commander'
import type { BackchannelLogoutReport } from '../control/logout.ts'
import { UnderstudyError } from '../errors.ts'
import { collectTexts } from './assignments.ts'
import { examples } from './examples.ts'
import { collect, faultSteps } from './fault-options.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'
import { table } from './table.ts'

interface LogoutOptions extends RemoteOptions {
  user?: string
  sid?: string
  client?: string
  fault?: string[]
  with?: Record<string, string>
  endSession?: boolean
}

export function logoutCommand(program: Command): void {
  const command = program
    .command('logout')
    .description('tell clients by the back channel that somebody has logged out, and what each answers')
    .option('--user <username>', 'who has logged out')
    .option('--sid <sid>', 'or of which session, as ID tokens name it')
    .option('--client <id>', 'the one client to be told, signed in to or not')
    .option('--fault <name>', 'a fault of logout tokens that changes them; repeatable', collect)
    .option('--with <name=value>', 'a parameter of the last --fault; repeatable', collectTexts)
    .option('--end-session', 'end the sessions as well')
    .addHelpText(
      'after',
      examples(
        ['understudy logout --user alice', 'every client that alice is signed in to'],
        ['understudy logout --user alice --client web-app', 'one client, out of the blue if need be'],
        ['understudy logout --user alice --fault no-event', 'a token that clients must refuse'],
      ),
    )
  withRemoteOptions(command).action(logout)
}

async function logout(options: LogoutOptions): Promise<void> {
  const { user, sid, client, fault = [], endSession = false } = options
  if ((user === undefined) === (sid === undefined)) throw usage('say whose logout it is, by either --user or --sid')
  if (options.with !== undefined && fault.length === 0) throw usage('--with is for a --fault')
  const control = await connect(options)
  const report = await control.backchannelLogout(options.issuer, {
    user,
    sid,
    client,
    end_session: endSession,
    ...(fault.length > 0 && { faults: await faultSteps(fault, options.with) }),
  })
  print(report, options, () => describe(report))
}

function describe({ deliveries }: BackchannelLogoutReport): string {
  if (deliveries.length === 0) return 'nobody to tell: no client with a backchannel_logout_uri is signed in to\n'
  const rows = deliveries.map(({ client_id: id, uri, status, error, body = '' }) => {
    return [id, uri, [status, error].filter((part) => part !== undefined).join(', '), firstLine(body)]
  })
  return table([['CLIENT', 'TOLD AT', 'ANSWERED', 'SAID'], ...rows])
}

function firstLine(body: string): string {
  const [line = ''] = body.trim().split('\n', 1)
  return line.length > 100 ? `${line.slice(0, 99)}…` : line
}

function usage(why: string): UnderstudyError {
  return new UnderstudyError('ERR_USAGE', 400, `Failed to tell of a logout: ${why}. See understudy logout --help.`)
}
