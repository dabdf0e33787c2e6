import { type Command, Option } from 'commander'
import type { Control } from '../control/control.ts'
import { rootIssuer } from '../domain/issuer.ts'
import { localFetch } from './local-fetch.ts'
import { localServer } from './local-server.ts'

/** What every command that speaks to a running server is told. */
export interface RemoteOptions {
  server: string
  issuer: string
  adminToken?: string
  json?: boolean
}

/** Adds the options of a command that speaks to a running server. */
export function withRemoteOptions(command: Command): Command {
  return command
    .addOption(serverOption())
    .addOption(new Option('--issuer <name>', 'the issuer there').env('UNDERSTUDY_ISSUER').default(rootIssuer))
    .addOption(new Option('--admin-token <token>', 'the token it was started with').env('UNDERSTUDY_ADMIN_TOKEN'))
    .option('--json', 'print JSON')
}

/** Beside a server that the environment tells where to listen, as in its container, a command finds it there. */
function serverOption(): Option {
  const option = new Option('--server <url>', 'the server').env('UNDERSTUDY_SERVER')
  return option.default(localServer('localhost'))
}

/** The control of the server that the options name. */
export async function connect({ server, adminToken }: RemoteOptions): Promise<Control> {
  const { connectControl } = await import('../control/http-client.ts')
  return connectControl({ server, adminToken, fetch: localFetch(server) })
}

/** Prints a command's result: as JSON where asked for, else as text for people. */
export function print(result: unknown, { json }: { json?: boolean | undefined }, text: () => string): void {
  process.stdout.write(json === true ? `${JSON.stringify(result, null, 2)}\n` : text())
}
