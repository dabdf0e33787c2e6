import { type Command, InvalidArgumentError, Option } from 'commander'
import type { VerifyReport, WrittenVerification } from '../control/verify.ts'
import { UnderstudyError } from '../errors.ts'
import { collectSelector, collectWords } from './assignments.ts'
import { examples } from './examples.ts'
import { wholeNumber } from './numbers.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'

interface VerifyOptions extends RemoteOptions {
  spec?: unknown
  when?: Record<string, unknown>
  endpoint?: string | string[]
  client?: string | string[]
  times?: number
  min?: number
  max?: number
  status?: string | string[]
  error?: string | string[]
  tag?: string
  unfired?: 'added' | false
}

export function verifyCommand(program: Command): void {
  const command = program
    .command('verify')
    .description('check that requests were made as expected, and that every armed fault has fired')
    .option('--when <name=value>', 'which requests are expected; repeatable', collectSelector)
    .option('--endpoint <endpoint>', 'short for --when endpoint=…; repeatable', collectWords)
    .option('--client <id>', 'short for --when client=…; repeatable', collectWords)
    .option('--times <n>', 'exactly how many (default: at least one)', wholeNumber(0))
    .option('--min <n>', 'at least how many', wholeNumber(0))
    .option('--max <n>', 'at most how many', wholeNumber(0))
    .option('--status <status>', 'how they are to have been answered; repeatable', collectWords)
    .option('--error <code>', 'with which error they are to have been answered; repeatable', collectWords)
    .option('--tag <tag>', 'only requests with this tag, and faults that are for it')
    .addOption(
      new Option('--unfired <which>', 'have only faults fail it that the fixtures did not arm').choices(['added']),
    )
    .option('--no-unfired', 'let armed faults be that never fired')
    .option('--spec <json>', 'all expectations, as the admin API takes them', spec)
    .addHelpText(
      'after',
      examples(
        ['understudy verify', 'every armed fault has fired'],
        ['understudy verify --endpoint token --client web-app --times 2', 'two token requests'],
        ['understudy verify --endpoint userinfo --max 0', 'nobody asked for userinfo'],
        ['understudy verify --when grant_type=refresh_token --error invalid_grant', 'a refresh failed'],
        [`understudy verify --spec '{"expect":[{"when":{"endpoint":"token"}}]}'`, 'several at once'],
      ),
    )
  withRemoteOptions(command).action(verify)
}

/** The explanation is the error: the process ends with 1. */
async function verify(options: VerifyOptions): Promise<void> {
  const verification = verificationOf(options)
  const control = await connect(options)
  try {
    const report = await control.verify(options.issuer, verification)
    print(report, options, () => describe(report))
  } catch (error) {
    if (!(error instanceof UnderstudyError) || error.code !== 'ERR_VERIFY_FAILED') throw error
    if (options.json === true) print(error.details, options, () => '')
    process.stderr.write(`error: ${error.message}\n`)
    process.exitCode = 1
  }
}

function describe({ expectations }: VerifyReport): string {
  const asExpected = expectations.map(({ matched }) => `${matched} as expected`)
  return `verified${asExpected.length === 0 ? '' : `: ${asExpected.join(', ')}`}\n`
}

function verificationOf(options: VerifyOptions): WrittenVerification {
  const { endpoint, client, times, min, max, status, error, tag, unfired } = options
  const when = { ...options.when, ...(endpoint && { endpoint }), ...(client && { client }) }
  const answer = { ...(status && { status }), ...(error && { error }) }
  const parts = {
    when,
    ...(Object.keys(answer).length > 0 && { answer }),
    ...(times !== undefined && { times }),
    ...((min ?? max) !== undefined && { times: { min, max } }),
  }
  const says = Object.keys(when).length > 0 || Object.keys(parts).length > 1
  const scope = { ...(tag && { tag }), ...(unfired !== undefined && { unfired }) }
  if (times !== undefined && (min ?? max) !== undefined) throw usage('--times says it exactly, --min and --max a range')
  if (options.spec === undefined) return { ...scope, ...(says && { expect: [parts] }) }
  if (says || Object.keys(scope).length > 0) throw usage('--spec says all of it and stands alone')
  return options.spec as WrittenVerification
}

function spec(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch (error) {
    throw new InvalidArgumentError(`Expected JSON (${(error as Error).message}).`)
  }
}

function usage(why: string): UnderstudyError {
  return new UnderstudyError('ERR_USAGE', 400, `Failed to verify: ${why}. See understudy verify --help.`)
}
