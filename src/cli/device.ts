import { Argument, type Command } from 'commander'
import type { DeviceAction, PendingDevice } from '../control/devices.ts'
import { UnderstudyError } from '../errors.ts'
import { withActions } from './actions.ts'
import { examples } from './examples.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'
import { table } from './table.ts'

interface DeviceOptions extends RemoteOptions {
  user?: string
}

const done = { approve: 'approved', deny: 'denied', expire: 'expired' } as const

export function deviceCommand(program: Command): void {
  const command = program
    .command('device')
    .addArgument(
      new Argument('[action]', 'what to do').choices(['list', 'show', 'approve', 'deny', 'expire']).default('list'),
    )
    .argument('[code]', 'the user code, as the device shows it')
    .option('--user <username>', 'who approves (default: whom the request asks for, by login_hint for one)')
    .description('list the pending device codes, or show, approve, deny or expire one')
    .addHelpText(
      'after',
      examples(
        ['understudy device', 'what is pending'],
        ['understudy device show RSIK-KRAM', 'which client it is for, and how long it lives'],
        ['understudy device approve RSIK-KRAM --user alice', 'alice lets the device in'],
        ['understudy device deny RSIK-KRAM', 'its next poll is answered access_denied'],
      ),
    )
  withActions(withRemoteOptions(command), {
    list: [],
    show: ['code'],
    approve: ['code', 'user'],
    deny: ['code'],
    expire: ['code'],
  }).action(device)
}

async function device(
  action: 'list' | 'show' | DeviceAction['action'],
  code: string | undefined,
  options: DeviceOptions,
): Promise<void> {
  if (action === 'list') return list(options)
  if (code === undefined) throw usage(`say which code to ${action}`)
  if (action === 'show') return show(code, options)
  const asked = toAction(action, options.user)
  const control = await connect(options)
  await control.actOnDevice(options.issuer, code, asked)
  print({ user_code: code, ...asked }, options, () => `${done[action]} ${code}\n`)
}

async function list(options: DeviceOptions): Promise<void> {
  const control = await connect(options)
  const pending = await control.devices(options.issuer)
  print(pending, options, () => {
    if (pending.length === 0) return 'no device codes are pending\n'
    return tableOf(pending)
  })
}

async function show(code: string, options: DeviceOptions): Promise<void> {
  const control = await connect(options)
  const found = await control.device(options.issuer, code)
  print(found, options, () => tableOf([found]))
}

function tableOf(pending: PendingDevice[]): string {
  const rows = pending.map((each) => [each.user_code, each.client_id, each.scope, `${each.expires_in} s`])
  return table([['CODE', 'CLIENT', 'SCOPE', 'EXPIRES IN'], ...rows])
}

function toAction(action: DeviceAction['action'], user: string | undefined): DeviceAction {
  return action === 'approve' && user !== undefined ? { action, user } : { action }
}

function usage(why: string): UnderstudyError {
  return new UnderstudyError('ERR_USAGE', 400, `Failed to act on a device code: ${why}. See understudy device --help.`)
}
