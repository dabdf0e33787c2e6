import type { Command } from 'commander'
import { examples } from './examples.ts'
import { connect, type RemoteOptions, withRemoteOptions } from './remote.ts'

export function caCommand(program: Command): void {
  const command = program
    .command('ca')
    .description('print the certificate of the authority that signs for HTTPS')
    .addHelpText(
      'after',
      examples(
        ['understudy ca > ca.pem', 'for clients that are to trust it'],
        ['NODE_EXTRA_CA_CERTS=ca.pem node app.js', 'such as those of Node'],
      ),
    )
  withRemoteOptions(command).action(printAuthority)
}

async function printAuthority(options: RemoteOptions): Promise<void> {
  const control = await connect(options)
  const certificate = await control.authority()
  process.stdout.write(options.json === true ? `${JSON.stringify({ certificate }, null, 2)}\n` : certificate)
}
