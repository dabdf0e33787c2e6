import { Argument, type Command } from 'commander'
import type { CibaAction } from '../control/ciba.ts'
import { UnderstudyError } from '../errors.ts'
import { withActions } from './actions.ts'
import { examples } from './examples.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'
import { table } from './table.ts'

const done = { approve: 'approved', deny: 'denied', expire: 'expired' } as const

export function cibaCommand(program: Command): void {
  const command = program
    .command('ciba')
    .addArgument(new Argument('[action]', 'what to do').choices(['list', 'approve', 'deny', 'expire']).default('list'))
    .argument('[auth_req_id]', 'the id of the request')
    .description('list the pending backchannel authentication requests, or approve, deny or expire one')
    .addHelpText(
      'after',
      examples(
        ['understudy ciba', 'what is pending, and who is asked'],
        ['understudy ciba approve kJSi0eLbJ5yW', 'its user has approved it'],
        ['understudy ciba deny kJSi0eLbJ5yW', 'its next poll is answered access_denied'],
      ),
    )
  withActions(withRemoteOptions(command), {
    list: [],
    approve: ['auth_req_id'],
    deny: ['auth_req_id'],
    expire: ['auth_req_id'],
  }).action(ciba)
}

async function ciba(
  action: 'list' | CibaAction['action'],
  id: string | undefined,
  options: RemoteOptions,
): Promise<void> {
  if (action === 'list') return list(options)
  if (id === undefined) throw usage(`say which request to ${action}, by its auth_req_id`)
  const control = await connect(options)
  await control.actOnCiba(options.issuer, id, { action })
  print({ auth_req_id: id, action }, options, () => `${done[action]} ${id}\n`)
}

async function list(options: RemoteOptions): Promise<void> {
  const control = await connect(options)
  const pending = await control.ciba(options.issuer)
  print(pending, options, () => {
    if (pending.length === 0) return 'no backchannel authentication requests are pending\n'
    const rows = pending.map((each) => {
      const { auth_req_id: id, user, client_id: client, binding_message: message = '' } = each
      return [id, user, client, each.scope, message, `${each.expires_in} s`]
    })
    return table([['AUTH_REQ_ID', 'USER', 'CLIENT', 'SCOPE', 'MESSAGE', 'EXPIRES IN'], ...rows])
  })
}

function usage(why: string): UnderstudyError {
  return new UnderstudyError('ERR_USAGE', 400, `Failed to act on a request: ${why}. See understudy ciba --help.`)
}
