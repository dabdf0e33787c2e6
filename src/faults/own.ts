import * as z from 'zod'
import { type Endpoint, type Exchange, endpoints } from '../domain/exchange.ts'
import type {
  Answer,
  AuthorizationResponse,
  ClientVerdict,
  DelayMoment,
  Fault,
  FaultAnswer,
  ResponseFacts,
  Wire,
} from './fault.ts'
import { endpointsOfTokens, type Jwt, type MutatedJwt, type TokenFacts, type TokenType, tokenTypes } from './jwt.ts'

/** What `with` says to a fault of somebody's own. */
export type OwnParams = Readonly<Record<string, unknown>>

/** A schema of zod 4, of whichever copy; the package brings none. */
export interface ParamsSchema {
  safeParse(given: unknown): { success: boolean }
  readonly _zod: object
}

interface OwnBase {
  /** Begins with `x-`. */
  name: `x-${string}`
  /** One sentence. */
  summary: string
  /** The clause that it breaks or uses; a URL. */
  see?: string
  /** What a correct client does. Default: `handle`. */
  client?: ClientVerdict
  /** Checks what `with` says, and completes it. Default: it is taken as it is. */
  params?: ParamsSchema
}

interface OwnPlace {
  /** Where it can fire. Default: anywhere. */
  endpoints?: readonly Endpoint[]
}

/** A fault that a fixtures module declares: data and one verb. */
export type OwnFault = OwnBase &
  (
    | ({ acts: 'answer'; answer(exchange: Exchange, params: OwnParams): FaultAnswer } & OwnPlace)
    | ({
        acts: 'rewrite'
        rewrite(answer: Answer, params: OwnParams, exchange: Exchange): Answer | undefined
      } & OwnPlace)
    | ({ acts: 'connection'; at?: DelayMoment; send(wire: Wire, params: OwnParams): Promise<void> } & OwnPlace)
    | {
        acts: 'response'
        respond(
          response: AuthorizationResponse,
          params: OwnParams,
          facts: ResponseFacts,
        ): AuthorizationResponse | undefined
      }
    | { acts: 'token'; tokens: readonly TokenType[]; patch(jwt: Jwt, params: OwnParams, facts: TokenFacts): MutatedJwt }
  )

/** The verb of each kind. */
const verbs = {
  answer: 'answer',
  rewrite: 'rewrite',
  connection: 'send',
  response: 'respond',
  token: 'patch',
} as const satisfies Record<OwnFault['acts'], string>

const anything = z.record(z.string(), z.unknown())

const named = z.looseObject({
  name: z.string().regex(/^x-[a-z0-9]+(?:-[a-z0-9]+)*$/, { error: 'expected a name such as x-my-fault' }),
  summary: z.string({ error: 'expected one sentence' }).min(1),
  acts: z.enum(Object.keys(verbs) as [OwnFault['acts'], ...OwnFault['acts'][]], {
    error: `expected one of ${Object.keys(verbs).join(', ')}`,
  }),
  endpoints: z.array(z.enum(endpoints)).min(1).optional(),
  tokens: z.array(z.enum(tokenTypes)).min(1).optional(),
  params: z.custom<ParamsSchema>(isSchema, { error: 'expected a schema of zod 4' }).optional(),
})

function isSchema(given: unknown): boolean {
  const { safeParse, _zod: mark } = Object(given) as Partial<ParamsSchema>
  return typeof safeParse === 'function' && typeof mark === 'object'
}

/** What is wrong with something that should be a fault of somebody's own; undefined: nothing. */
export function ownMistake(given: unknown): string | undefined {
  const { data, error } = named.safeParse(given)
  if (data === undefined) {
    const [issue] = error.issues
    return `${issue?.path.join('.') || 'fault'}: ${issue?.message}`
  }
  const verb = verbs[data.acts]
  if (typeof data[verb] !== 'function') return `${data.name}: expected a function "${verb}", since it acts on that`
  return data.acts === 'token' && data.tokens === undefined
    ? `${data.name}: expected the tokens that it is for`
    : undefined
}

/** A fault of somebody's own as the engine has them. */
export function completeOwn(own: OwnFault): Fault {
  const { name, summary, see = 'https://www.rfc-editor.org/rfc/rfc6749', client = 'handle', params = anything } = own
  const base = { name, summary, see, client, params: params as ParamsSchema as z.ZodType }
  switch (own.acts) {
    case 'answer':
      return { ...base, acts: 'answer', endpoints: own.endpoints ?? endpoints, answer: ofOwn(own.answer) }
    case 'rewrite':
      return { ...base, acts: 'rewrite', endpoints: own.endpoints ?? endpoints, rewrite: ofOwn(own.rewrite) }
    case 'connection': {
      const { at = 'answer' } = own
      return { ...base, acts: 'connection', endpoints: own.endpoints ?? endpoints, at: () => at, send: ofOwn(own.send) }
    }
    case 'response':
      return { ...base, acts: 'response', endpoints: ['authorization'], respond: ofOwn(own.respond) }
    case 'token': {
      const { tokens } = own
      return { ...base, acts: 'token', tokens, endpoints: endpointsOfTokens(tokens), patch: ofOwn(own.patch) }
    }
  }
}

/** A verb that its own schema has parsed the parameters for. */
function ofOwn<Subject, Rest extends unknown[], Result>(
  verb: (subject: Subject, params: OwnParams, ...rest: Rest) => Result,
): (subject: Subject, params: unknown, ...rest: Rest) => Result {
  return (subject, params, ...rest) => verb(subject, params as OwnParams, ...rest)
}
