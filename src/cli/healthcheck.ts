import type { Command } from 'commander'
import { examples } from './examples.ts'
import { localFetch } from './local-fetch.ts'
import { localServer } from './local-server.ts'

const timeoutMs = 3000

export function healthcheckCommand(program: Command): void {
  program
    .command('healthcheck')
    .description('exit 0 where the server is up, 1 where it is not')
    .option(
      '--server <url>',
      'the server (default: 127.0.0.1 at UNDERSTUDY_ADMIN_PORT, UNDERSTUDY_PORT, or 9400; https by UNDERSTUDY_HTTPS)',
    )
    .addHelpText('after', examples(['understudy healthcheck', 'as the health check of a container']))
    .action(healthcheck)
}

async function healthcheck(options: { server?: string }): Promise<void> {
  const server = options.server ?? localServer('127.0.0.1')
  const { connectControl } = await import('../control/http-client.ts')
  const { status, version } = await connectControl({ server, timeoutMs, fetch: localFetch(server) }).health()
  process.stdout.write(`${status} (${version})\n`)
}
