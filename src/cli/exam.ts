import { writeFile } from 'node:fs/promises'
import { Argument, type Command } from 'commander'
import { UnderstudyError } from '../errors.ts'
import type { ExamReport } from '../sdk/exam/report.ts'
import { examples } from './examples.ts'
import { collect } from './fault-options.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'
import { table } from './table.ts'

interface ApiOptions extends RemoteOptions {
  url: string
  method: string
  client: string
  user?: string
  scope?: string
  audience?: string[]
  junit?: string
}

export function examCommand(program: Command): void {
  const command = program
    .command('exam')
    .description('call an API with a good access token, and then with one for each fault of access tokens')
    .addArgument(new Argument('<what>', 'what is examined').choices(['api']))
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
  withRemoteOptions(command).action(exam)
}

async function exam(_what: 'api', options: ApiOptions): Promise<void> {
  const { url, method, client, user, scope, audience, junit } = options
  if (!URL.canParse(url)) {
    const message = `Failed to read --url ${url}: expected a URL, such as http://localhost:8080/me.`
    throw new UnderstudyError('ERR_USAGE', 400, message)
  }
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
  await finish(report, options, junit)
}

/**
 * Prints a report.
 *
 * @throws UnderstudyError `ERR_EXAM_FAILED` (422) where anything is wrong
 */
async function finish(report: ExamReport, options: RemoteOptions, junit: string | undefined): Promise<void> {
  if (junit !== undefined) {
    const { asJunit } = await import('../sdk/exam/report.ts')
    await writeFile(junit, asJunit(report))
  }
  print(report, options, () => asText(report))
  if (report.passed) return
  const wrong = report.results.filter(({ verdict }) => verdict === 'wrong').map(({ fault }) => fault)
  throw new UnderstudyError('ERR_EXAM_FAILED', 422, `${report.subject} is wrong about ${wrong.join(', ')}.`)
}

function asText({ subject, results, leftOut }: ExamReport): string {
  const right = results.filter(({ verdict }) => verdict === 'right')
  const rows = results.map(({ fault, expected, seen, verdict, see }) => [
    verdict === 'right' ? 'ok' : 'WRONG',
    fault,
    expected,
    seen,
    verdict === 'right' ? '' : see,
  ])
  const skipped = leftOut.map(({ fault, why }) => `left out: ${fault}. ${why}\n`).join('')
  const sum = `${subject}: ${right.length} right, ${results.length - right.length} wrong`
  return `${table([['', 'FAULT', 'A CORRECT API', 'THIS ONE', 'SEE'], ...rows])}\n${skipped}${sum}\n`
}
