import type { Command } from 'commander'
import { UnderstudyError } from '../errors.ts'
import { checkWritable, finish } from './exam-report.ts'
import { examples } from './examples.ts'
import { collect } from './fault-options.ts'
import { connect, type RemoteOptions, withRemoteOptions } from './remote.ts'

interface ApiOptions extends RemoteOptions {
  url: string
  method: string
  client: string
  user?: string
  scope?: string
  audience?: string[]
  junit?: string
}

export function apiExamCommand(exam: Command): void {
  const command = exam
    .command('api')
    .description('call an API with a good access token, and then with one for each fault of access tokens')
    .requiredOption('--url <url>', 'where the API is asked')
    .requiredOption('--client <id>', 'the client that the tokens are for')
    .option('--user <username>', 'whom they are about (default: the client itself)')
    .option('--scope <scopes>', 'scopes, with spaces between them')
    .option('--audience <aud>', 'whom they are meant for; repeatable', collect)
    .option('--method <method>', 'how the API is asked', 'GET')
    .option('--junit <file>', 'write the report as JUnit XML, too')
    .addHelpText(
      'after',
      examples(
        [
          'understudy exam api --url http://localhost:8080/me --client web-app --user alice',
          'every fault, one call each',
        ],
        [
          'understudy exam api --url http://localhost:8080/me --client service --audience https://api.example --junit exam.xml',
          'with the audience that the API expects, for a CI server to read',
        ],
      ),
    )
  withRemoteOptions(command).action(examine)
}

async function examine(options: ApiOptions): Promise<void> {
  const { url, method, client, user, scope, audience } = options
  if (!URL.canParse(url)) {
    const message = `Failed to read --url ${url}: expected a URL, such as http://localhost:8080/me.`
    throw new UnderstudyError('ERR_USAGE', 400, message)
  }
  await checkWritable(options)
  const { examineApi } = await import('../sdk/exam/api.ts')
  const remote = await connect(options)
  const issuer = { tokens: (order: Parameters<typeof remote.mint>[1]) => remote.mint(options.issuer, order) }
  const report = await examineApi(issuer, {
    url,
    method,
    client,
    ...(user !== undefined && { user }),
    ...(scope !== undefined && { scope }),
    ...(audience !== undefined && { audience }),
  })
  await finish(report, options, 'API')
}
