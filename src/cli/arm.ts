import { type Command, InvalidArgumentError, Option } from 'commander'
import { UnderstudyError } from '../errors.ts'
import { describeArmed } from './armed-view.ts'
import { collectSelector, collectTexts, collectWords } from './assignments.ts'
import { examples } from './examples.ts'
import { readParameters } from './fault-parameters.ts'
import { wholeNumber } from './numbers.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'

interface ArmOptions extends RemoteOptions {
  spec?: Record<string, unknown>
  script?: string[]
  with?: Record<string, string>
  when?: Record<string, unknown>
  endpoint?: string | string[]
  client?: string | string[]
  times?: number | 'always'
  skip?: number
  per?: string
  probability?: number
  seed?: number
  for?: string
}

export function armCommand(program: Command): void {
  const command = program
    .command('arm [fault]')
    .description('arm a fault, or a script of faults, on the next requests that match')
    .option('--with <name=value>', 'a parameter of the fault; repeatable', collectTexts)
    .option('--when <name=value>', 'which requests it is for; repeatable', collectSelector)
    .option('--endpoint <endpoint>', 'short for --when endpoint=…; repeatable', collectWords)
    .option('--client <id>', 'short for --when client=…; repeatable', collectWords)
    .option('--times <n>', 'how often it fires, or "always" (default: 1; always with --probability or --for)', times)
    .option('--skip <n>', 'how many matching requests pass first', wholeNumber(0))
    .addOption(new Option('--per <whose>', 'whose requests are counted').choices(['issuer', 'client', 'flow']))
    .option('--probability <p>', 'the chance that a match fires, from 0 to 1', probability)
    .option('--seed <n>', 'makes the chances the same in every run', wholeNumber(0))
    .option('--for <duration>', 'disarm after this time, such as 30s')
    .option('--script <steps>', 'faults that successive requests meet in turn, "pass" among them', steps)
    .option('--spec <json>', 'the whole of it, as the fixtures write it', spec)
    .addHelpText(
      'after',
      examples(
        ['understudy arm slow_down --client tv-app', 'the next poll of the TV is too fast'],
        ['understudy arm invalid_grant --times 2 --when grant_type=refresh_token', 'two refreshes fail'],
        ["understudy arm server_error --with 'description=Try later' --endpoint token", 'with a description'],
        ['understudy arm --script slow_down,pass,expired_token --client tv-app', 'three polls in turn'],
        ["understudy arm invalid_grant --when 'client=/^web-/' --when header.x-run=7", 'patterns and headers'],
      ),
    )
  withRemoteOptions(command).action(arm)
}

async function arm(fault: string | undefined, options: ArmOptions): Promise<void> {
  const written = toSpec(fault, options, await readParameters(fault, options.with))
  const control = await connect(options)
  const armed = await control.arm(options.issuer, written)
  print(armed, options, () => `armed ${armed.id}: ${describeArmed(armed)}\n`)
}

function toSpec(
  fault: string | undefined,
  options: ArmOptions,
  parameters: Record<string, unknown> | undefined,
): Record<string, unknown> {
  const { endpoint, client, spec: whole, script } = options
  const { times, skip, per, probability, seed, for: duration } = options
  const when = { ...options.when, ...(endpoint && { endpoint }), ...(client && { client }) }
  const budget = { times, skip, per, probability, seed, for: duration }
  const parts = { fault, script, with: parameters, when: Object.keys(when).length > 0 ? when : undefined, ...budget }
  const spec = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined))
  const ways = [fault, script, whole].filter((way) => way !== undefined)
  if (ways.length !== 1) throw usage('name one fault, or give --script, or --spec')
  if (whole === undefined) return spec
  if (Object.keys(spec).length > 0) throw usage('--spec says all of it and stands alone')
  return whole
}

function usage(why: string): UnderstudyError {
  return new UnderstudyError('ERR_USAGE', 400, `Failed to arm: ${why}. See understudy arm --help.`)
}

function times(value: string): number | 'always' {
  return value === 'always' ? value : wholeNumber(1)(value)
}

function probability(value: string): number {
  const number = /^\d*\.?\d+$/.test(value) ? Number(value) : Number.NaN
  if (number >= 0 && number <= 1) return number
  throw new InvalidArgumentError('Expected a number from 0 to 1.')
}

function steps(value: string): string[] {
  return value.split(',').map((step) => step.trim())
}

function spec(value: string): Record<string, unknown> {
  let parsed: unknown
  try {
    parsed = JSON.parse(value)
  } catch (error) {
    throw new InvalidArgumentError(`Expected JSON (${(error as Error).message}).`)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new InvalidArgumentError('Expected a JSON object.')
  }
  return parsed as Record<string, unknown>
}
