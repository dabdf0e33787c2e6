import * as z from 'zod'
import { endpoints } from '../domain/exchange.ts'
import { regexSchema, wordsSchema } from '../domain/words.ts'
import { didYouMean } from '../errors.ts'
import { durationSeconds } from '../time.ts'
import { catalogFaults, type FaultName, faultNames, findFault, type KnownFaults } from './catalog.ts'
import { tokenTypes } from './jwt.ts'

/** What a script's step is called that lets a request be. */
export const passStep = 'pass'

/** What the names of faults begin with that are somebody's own. */
const ownPrefix = 'x-'

/** The text for a name that no fault has. */
export function unknownFaultText(name: unknown, { own }: KnownFaults = catalogFaults): string {
  const guess = typeof name === 'string' ? didYouMean(name, [...faultNames, ...own]) : ''
  if (typeof name !== 'string' || !name.startsWith(ownPrefix))
    return `no such fault.${guess} "understudy faults" lists them`
  const known =
    own.length === 0
      ? 'This issuer has none of its own: its fixtures module declares them'
      : `Its own are ${own.join(', ')}`
  return `no such fault.${guess} ${known}`
}

/** A fault of the catalog, or one that a fixtures module has declared. */
type KnownName = FaultName | `x-${string}`

/** The name of a fault, or one of some other words; which of their own people have, only each issuer knows. */
function knownNameSchema<const Word extends string = never>(...others: readonly Word[]) {
  const schema = z
    .string({ error: ({ input }) => (input === undefined ? 'expected a fault' : unknownFaultText(input)) })
    .refine((name) => others.some((word) => word === name) || name.startsWith(ownPrefix) || findFault(name), {
      error: ({ input }) => unknownFaultText(input),
    })
    .meta({
      anyOf: [
        { type: 'string', enum: [...others, ...faultNames] },
        { type: 'string', pattern: '^x-' },
      ],
    })
  return schema as unknown as z.ZodType<KnownName | Word, KnownName | Word>
}

const faultNameSchema = knownNameSchema().describe('A fault of the catalog, or one of your own.')

const withSchema = z.record(z.string(), z.json(), { error: 'expected a map of parameters' })

const stepShape = { fault: faultNameSchema, with: withSchema.optional() }

const stepSchema = z.union(
  [knownNameSchema(passStep), z.strictObject(stepShape, { error: unknownMember(Object.keys(stepShape)) })],
  {
    error: ({ input }) =>
      typeof input === 'string'
        ? unknownFaultText(input)
        : 'expected pass, the name of a fault, or a map of fault and with',
  },
)

/** One of some names, a `/regex/`, or a list of them. */
function namesSchema<const Name extends string>(what: string, names: readonly Name[]) {
  const known = z.union([z.enum(names), regexSchema])
  function error({ input }: { input?: unknown }): string {
    const stranger = [input].flat().find((word) => !known.safeParse(word).success)
    const guess = typeof stranger === 'string' ? didYouMean(stranger, names) : ''
    return `no such ${what}.${guess} Expected one of ${names.join(', ')}, a /regex/, or a list of them`
  }
  return z.union([known, z.array(known).min(1)], { error }).optional()
}

const whenShape = {
  endpoint: namesSchema('endpoint', endpoints).describe('Where; default: wherever it can fire.'),
  client: wordsSchema.optional().describe('Client id.'),
  user: wordsSchema.optional().describe('Username, wherever the user can be known.'),
  grant_type: wordsSchema.optional().describe('Of a token request; short names are accepted.'),
  scope: wordsSchema.optional().describe('One of the scopes that are asked for or granted.'),
  token: namesSchema('token', tokenTypes).describe('Which token a fault of signed tokens changes; default: its first.'),
  tag: wordsSchema.optional().describe('The tag of the request or of its flow.'),
  method: wordsSchema.optional().describe('HTTP method.'),
  header: z.record(z.string(), wordsSchema).optional().describe('Request headers by name.'),
  param: z.record(z.string(), wordsSchema).optional().describe('Request parameters by name, of query and body.'),
}

/** Which requests an armed fault is for: all members must match. */
export const whenSchema = z.strictObject(whenShape, { error: unknownMember(Object.keys(whenShape)) })

export type When = z.output<typeof whenSchema>

const stepsError = 'expected a list of one or more steps'
const count0 = 'expected a whole number, 0 or more'
const count1 = 'expected a whole number, 1 or more, or always'
const share = 'expected a number above 0, up to 1'

const armedFaultShape = {
  fault: faultNameSchema.optional(),
  with: withSchema.optional().describe('Parameters of the fault.'),
  script: z
    .array(stepSchema, { error: stepsError })
    .min(1, { error: stepsError })
    .optional()
    .describe('Faults played in order over matching requests; pass: behave.'),
  when: whenSchema.optional().describe('Which requests; default: all.'),
  skip: z
    .int({ error: count0 })
    .nonnegative({ error: count0 })
    .default(0)
    .describe('How many matching requests pass first.'),
  times: z
    .union([z.int().positive({ error: count1 }), z.literal('always')], { error: count1 })
    .optional()
    .describe('How often it fires, or a script is played. Default: 1, or always with probability or for.'),
  per: z
    .enum(['issuer', 'client', 'flow'])
    .optional()
    .describe(
      'Whose requests skip and times count. Default: issuer, and flow for a script where requests of a flow can match.',
    ),
  probability: z
    .number({ error: share })
    .gt(0, { error: share })
    .max(1, { error: share })
    .optional()
    .describe('How likely it fires on a match.'),
  seed: z.int().optional().describe('Makes the same dice fall again.'),
  for: durationSeconds
    .refine((seconds) => seconds > 0, { error: 'expected a duration above 0' })
    .optional()
    .describe('How long it stays armed.'),
}

/**
 * A fault as it is armed, in fixtures, over the admin API and by code.
 *
 * What depends on the fault itself (its parameters, where it can fire) is checked by `checkArmedFault`.
 */
export const armedFaultSchema = z
  .strictObject(armedFaultShape, { error: unknownMember(Object.keys(armedFaultShape)) })
  .superRefine(function oneOfFaultAndScript(spec, context) {
    const problem = (message: string, ...path: string[]) => context.addIssue({ code: 'custom', path, message })
    if (spec.fault === undefined && spec.script === undefined) problem('expected a fault or a script')
    if (spec.fault !== undefined && spec.script !== undefined)
      problem('expected a fault or a script, not both', 'script')
    if (spec.script !== undefined && spec.with !== undefined)
      problem('a script takes no with: give it to a step, as {fault, with}', 'with')
    if (spec.seed !== undefined && spec.probability === undefined) problem('a seed needs a probability', 'seed')
  })
  .meta({ oneOf: [{ required: ['fault'] }, { required: ['script'] }] })

export type ArmedFaultSpec = z.output<typeof armedFaultSchema>
export type ArmedFaultInput = z.input<typeof armedFaultSchema>

/** The texts of a map's own mistakes. */
function unknownMember(members: readonly string[]) {
  return function explain(issue: { code?: string; keys?: readonly string[] }): string {
    if (issue.code !== 'unrecognized_keys') return `expected a map of ${members.join(', ')}`
    return (issue.keys ?? []).map((key) => `no such member "${key}".${didYouMean(key, members)}`).join(' ')
  }
}
