import * as z from 'zod'
import { endpoints } from '../domain/exchange.ts'
import { didYouMean } from '../errors.ts'
import type { Mistake } from './fault.ts'
import { tokenTypes } from './jwt.ts'
import type { OwnFault, ParamsSchema } from './own.ts'

/** The verb of each kind, and what may stand beside it. */
const kinds = {
  answer: ['answer', 'endpoints'],
  rewrite: ['rewrite', 'endpoints'],
  response: ['respond'],
  token: ['patch', 'tokens'],
  state: ['effect', 'at', 'endpoints'],
  delay: ['delayMs', 'at', 'endpoints'],
  connection: ['send', 'at', 'endpoints'],
} as const satisfies Record<OwnFault['acts'], readonly [string, ...string[]]>

const kindNames = Object.keys(kinds) as [OwnFault['acts'], ...OwnFault['acts'][]]

const oneOf = (names: readonly string[]) => `expected one of ${names.join(', ')}`

const listOf = <const Name extends string>(names: readonly Name[]) => {
  const error = `expected a list of ${names.join(', ')}`
  return z.array(z.enum(names, { error: oneOf(names) }), { error }).min(1, { error })
}

const common = {
  name: z
    .string({ error: 'expected a name such as x-my-fault' })
    .regex(/^x-[a-z0-9]+(?:-[a-z0-9]+)*$/, { error: 'expected a name such as x-my-fault' }),
  summary: z.string({ error: 'expected one sentence' }).min(1, { error: 'expected one sentence' }),
  acts: z.enum(kindNames, { error: oneOf(kindNames) }),
  see: z.url({ error: 'expected the URL of a clause' }).optional(),
  client: z
    .enum(['reject', 'accept', 'either', 'handle'], { error: oneOf(['reject', 'accept', 'either', 'handle']) })
    .optional(),
  params: z.custom<ParamsSchema>(isSchema, { error: 'expected a schema of zod 4' }).optional(),
}

const further = {
  endpoints: listOf(endpoints).optional(),
  tokens: listOf(tokenTypes),
  at: z.enum(['request', 'answer'], { error: oneOf(['request', 'answer']) }).optional(),
}

const known = z.looseObject(common, { error: 'expected a map with name, summary, acts and a function' })

function isSchema(given: unknown): boolean {
  const { safeParse, _zod: mark } = Object(given) as Partial<ParamsSchema>
  return typeof safeParse === 'function' && typeof mark === 'object'
}

/** What is wrong with something that should be a fault of somebody's own, by the paths within it. */
export function ownMistakes(given: unknown): Mistake[] {
  const { data, error } = known.safeParse(given)
  if (data === undefined) return error.issues.map(mistakeOf)
  const [verb, ...others] = kinds[data.acts]
  const members: readonly string[] = [...Object.keys(common), verb, ...others]
  const mistakes: Mistake[] = []
  for (const member of Object.keys(data).filter((each) => !members.includes(each))) {
    const guess = didYouMean(member, members)
    mistakes.push({
      path: [member],
      message: `no such member of one that acts on "${data.acts}".${guess}`.replace(/\.$/, ''),
    })
  }
  if (typeof data[verb] !== 'function') mistakes.push({ path: [verb], message: 'expected a function' })
  for (const member of others) {
    const { error: misfit } = further[member as keyof typeof further].safeParse(data[member])
    for (const issue of misfit?.issues ?? []) mistakes.push(mistakeOf({ ...issue, path: [member, ...issue.path] }))
  }
  return mistakes
}

function mistakeOf({ path, message }: { path: readonly PropertyKey[]; message: string }): Mistake {
  return { path: path.map((step) => (typeof step === 'number' ? step : String(step))), message }
}
