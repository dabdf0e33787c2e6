import type { Command } from 'commander'
import { examples } from './examples.ts'
import { localFetch } from './local-fetch.ts'
import { localServer } from './local-server.ts'
import { print } from './remote.ts'

const timeoutMs = 3000

export function healthcheckCommand(program: Command): void {
  program
    .command('healthcheck')
    .description('exit 0 where the server is up, 1 where it is not')
    .option(
      '--server <url>',
      'the server (default: 127.0.0.1 at UNDERSTUDY_ADMIN_PORT, UNDERSTUDY_PORT, or 9400; https by UNDERSTUDY_HTTPS)',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        ['understudy healthcheck', 'as the health check of a container'],
        ['understudy healthcheck --json', 'for a script'],
      ),
    )
    .action(healthcheck)
}

async function healthcheck(options: { server?: string; json?: boolean }): Promise<void> {
  const server = options.server ?? localServer('127.0.0.1')
  const { connectControl } = await import('../control/http-client.ts')
  const health = await connectControl({ server, timeoutMs, fetch: localFetch(server) }).health()
  print(health, options, () => `${health.status} (${health.version})\n`)
}
