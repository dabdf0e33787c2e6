import type { Command } from 'commander'
import { examples } from './examples.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'

interface InitiateLoginOptions extends RemoteOptions {
  loginHint?: string
  target?: string
}

export function initiateLoginCommand(program: Command): void {
  const command = program
    .command('initiate-login')
    .argument('<client>', 'the id of a client that has an initiate_login_uri')
    .option('--login-hint <hint>', 'who is to log in')
    .option('--target <url>', 'where the client is to go afterwards')
    .description('print the link by which a third party has a client begin a login')
    .addHelpText(
      'after',
      examples(
        ['understudy initiate-login web-app', 'open it in a browser'],
        ['understudy initiate-login web-app --login-hint alice', 'the client asks for alice'],
      ),
    )
  withRemoteOptions(command).action(initiateLogin)
}

async function initiateLogin(client: string, options: InitiateLoginOptions): Promise<void> {
  const control = await connect(options)
  const made = await control.initiateLogin(options.issuer, client, {
    login_hint: options.loginHint,
    target_link_uri: options.target,
  })
  print(made, options, () => `${made.url}\n`)
}
