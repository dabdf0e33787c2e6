import * as z from 'zod'
import type { Endpoint } from '../domain/exchange.ts'
import { plainly } from '../domain/schema-words.ts'
import { isRegex, listOf } from '../domain/words.ts'
import { didYouMean } from '../errors.ts'
import { catalogFaults, type KnownFaults } from './catalog.ts'
import type { Fault, Mistake } from './fault.ts'
import type { Site, TokenType } from './jwt.ts'
import { commonReach, describeReach, endpointsOf, type Reach, selectEndpoints, selectGrantTypes } from './reach.ts'
import { type Selector, selectorOf } from './selector.ts'
import { type ArmedFaultSpec, passStep, unknownFaultText, type When } from './spec.ts'
import { aimed } from './tokens-meant.ts'
import { playersOf } from './whose-count.ts'

/** A fault with its parameters checked; one of tokens, for those that it is to change. */
export interface Step {
  fault: Fault
  params: unknown
}

/** What an armed fault does, worked out once. */
export interface Plan extends Reach {
  /** One for a single fault; undefined: let the request be. */
  steps: readonly (Step | undefined)[]
  /** Whether `times` counts how often the steps are played, rather than how often the fault fires. */
  script: boolean
  /** Where it is decided whether it fires: a fault of tokens where they are signed, one of authorization responses where they leave, everything else where requests come in. */
  sites: ReadonlySet<Site>
  selects: Selector
  skip: number
  times: number | 'always'
  per: 'issuer' | 'client' | 'flow'
  /** Whether requests of no flow are counted together, where it counts by flows. */
  joinsFlowless: boolean
  probability: number | undefined
}

type Path = Mistake['path']

/** Works out what an armed fault does, and every mistake in how it is written; with mistakes, the plan is not to be used. */
export function planOf(spec: ArmedFaultSpec, known: KnownFaults): { plan: Plan; mistakes: Mistake[] } {
  const mistakes: Mistake[] = []
  const when = spec.when ?? {}
  const written = spec.script ?? [{ fault: spec.fault ?? '', with: spec.with }]
  const steps = written.map((step, index) => readStep(step, spec.script ? ['script', index] : [], mistakes, known))
  const named = written.flatMap((step) => known.find(typeof step === 'string' ? step : step.fault) ?? [])
  const faults = aimed(named, when, mistakes, spec.script !== undefined)
  const reach = reachOf(faults, when, mistakes)
  checkWhose(reach, when, mistakes)
  const isOfHandshakes = checkHandshakes(faults, spec, mistakes)
  if (spec.script?.every((step) => step === passStep)) {
    mistakes.push({ path: ['script'], message: 'a script of nothing but pass does nothing' })
  }
  steps.forEach((step, index) => {
    const found = (step && checkPlaces(step, [...reach.endpoints])) ?? []
    mistakes.push(
      ...found.map(({ path, message }) => ({ path: spec.script ? ['script', index, ...path] : path, message })),
    )
  })
  const lasting = !spec.script && (spec.probability !== undefined || spec.for !== undefined)
  const plan: Plan = {
    ...reach,
    steps: steps.map(
      (step) => step && { ...step, fault: faults.find(({ name }) => name === step.fault.name) ?? step.fault },
    ),
    script: spec.script !== undefined,
    sites:
      spec.script === undefined || isOfNotices(faults) || isOfHandshakes ? sitesOf(faults, reach) : reach.endpoints,
    selects: selectorOf(when),
    skip: spec.skip,
    times: spec.times ?? (lasting ? 'always' : usualTimes(steps)),
    per: spec.per ?? (spec.script && !isOfHandshakes ? playersOf(reach, when) : 'issuer'),
    joinsFlowless: spec.per === undefined,
    probability: spec.probability,
  }
  return { plan, mistakes }
}

/** Where no request says whose it is. */
const ofNobody: ReadonlySet<Endpoint> = new Set(['jwks', 'discovery'])

function checkWhose({ endpoints }: Reach, when: When, mistakes: Mistake[]): void {
  if (endpoints.size === 0 || ![...endpoints].every((endpoint) => ofNobody.has(endpoint))) return
  const member = (['client', 'user', 'scope'] as const).find((name) => when[name] !== undefined)
  if (member === undefined) return
  const message = `no request at ${[...endpoints].join(', ')} says whose it is. Leave it out, or tell requests apart by tag, header or param`
  mistakes.push({ path: ['when', member], message })
}

/** How often a fault fires where nobody says how often; a script is played once. */
function usualTimes([step, ...others]: readonly (Step | undefined)[]): number {
  if (step === undefined || others.length > 0) return 1
  const { fault, params } = step
  if (fault.acts === 'delay') return fault.times?.(params) ?? 1
  return fault.acts === 'answer' ? (fault.times ?? 1) : 1
}

/**
 * Every mistake that the schema of an armed fault cannot see: parameters that the fault does not take, and places where
 * it cannot fire.
 *
 * @param spec as `armedFaultSchema` parses it
 * @param known the faults that the issuer knows. Default: those of the catalog
 * @returns paths from the root of the spec; none where it can be armed
 */
export function checkArmedFault(spec: ArmedFaultSpec, known: KnownFaults = catalogFaults): Mistake[] {
  return planOf(spec, known).mistakes
}

function sitesOf(faults: readonly Fault[], { endpoints }: Reach): ReadonlySet<Site> {
  const [fault] = faults
  if (fault?.acts === 'token') return new Set(fault.tokens.map(signingOf))
  if (fault?.acts === 'response') return new Set(['responding'])
  if (fault?.acts === 'handshake') return new Set(['connecting'])
  return fault?.acts === 'notice' ? new Set(['notifying']) : endpoints
}

/** Whether handshakes are meant; then nothing of a request can be asked for, since there is none yet. */
function checkHandshakes(faults: readonly Fault[], { when = {}, per }: ArmedFaultSpec, mistakes: Mistake[]): boolean {
  const named = faults.find(({ acts }) => acts === 'handshake')
  if (named === undefined) return false
  const why = `"${named.name}" meets a client that connects, before there is any request`
  const [member] = Object.keys(when)
  if (faults.some(({ acts }) => acts !== 'handshake')) {
    mistakes.push({ path: ['script'], message: `${why}: a script of it has no steps but tls- faults and pass` })
  }
  if (member !== undefined) {
    mistakes.push({ path: ['when', member], message: `${why}. Leave it out, or give with a servername` })
  }
  if (per === 'client' || per === 'flow') {
    mistakes.push({ path: ['per'], message: `${why}: only the issuer counts. Leave it out` })
  }
  return true
}

/** A script of nothing but these is played over the clients that are told, asked for by a request or not. */
function isOfNotices(faults: readonly Fault[]): boolean {
  return faults.length > 0 && faults.every(({ acts }) => acts === 'notice')
}

/** The site where a token is about to be signed. */
export function signingOf(token: TokenType): Site {
  return `signing ${token}`
}

/** The mistakes of a step that depend on where it is to fire. */
export function checkPlaces({ fault, params }: Step, endpoints: readonly Endpoint[]): Mistake[] {
  return fault.acts === 'answer' ? (fault.check?.(params, endpoints) ?? []) : []
}

/** Finds the fault of a step and checks its parameters; undefined for `pass`, and where there are mistakes. */
export function readStep(
  written: string | { fault: string; with?: unknown },
  path: Path,
  mistakes: Mistake[],
  known: KnownFaults,
): Step | undefined {
  if (written === passStep) return undefined
  const { fault: name, with: given } = typeof written === 'string' ? { fault: written, with: undefined } : written
  const fault = known.find(name)
  if (fault === undefined) {
    mistakes.push({
      path: typeof written === 'string' ? path : [...path, 'fault'],
      message: unknownFaultText(name, known),
    })
    return undefined
  }
  const { data, error } = fault.params.safeParse(given ?? {}, { error: plainly })
  if (!error) return { fault, params: data }
  for (const issue of error.issues) {
    mistakes.push({ path: [...path, 'with', ...plainPath(issue.path)], message: paramText(fault, issue) })
  }
  return undefined
}

/** A path of the schema library, as mistakes have it. */
export function plainPath(path: readonly PropertyKey[]): Path {
  return path.map((key) => (typeof key === 'number' ? key : String(key)))
}

function paramText(fault: Fault, issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message
  const taken = fault.params instanceof z.ZodObject ? Object.keys(fault.params.shape) : []
  const unknown = issue.keys.map((key) => `no such parameter "${key}".${didYouMean(key, taken)}`).join(' ')
  return `${unknown} "${fault.name}" takes ${taken.length === 0 ? 'no parameters' : taken.join(', ')}`
}

function reachOf(faults: readonly Fault[], when: When, mistakes: Mistake[]): Reach {
  const asked = when.endpoint === undefined ? undefined : askedEndpoints(faults, when.endpoint, mistakes)
  const reach = commonReach(faults, asked)
  const places = faults.map((fault) => `"${fault.name}" fires at ${describeReach(fault)}`).join('; ')
  if (reach.endpoints.size > 0) {
    return when.grant_type === undefined ? reach : narrowed(reach, when.grant_type, places, mistakes)
  }
  const path = asked ? ['when', 'endpoint'] : ['script']
  const known = mistakes.some((mistake) => mistake.path.join('.') === 'when.endpoint')
  if (!known) mistakes.push({ path, message: `there is no endpoint where all of it can fire: ${places}` })
  return reach
}

/** The endpoints that were asked for; each that is named must be one where everything can fire. */
function askedEndpoints(faults: readonly Fault[], words: NonNullable<When['endpoint']>, mistakes: Mistake[]) {
  const { named, matched } = selectEndpoints(words)
  for (const endpoint of named) {
    const stranger = faults.find((fault) => !endpointsOf(fault).includes(endpoint))
    if (stranger === undefined) continue
    const message = `"${stranger.name}" cannot fire at ${endpoint}. It fires at ${describeReach(stranger)}`
    mistakes.push({ path: ['when', 'endpoint'], message })
  }
  return [...named, ...matched]
}

/** Only token requests have a grant type. */
function narrowed(reach: Reach, words: NonNullable<When['grant_type']>, places: string, mistakes: Mistake[]): Reach {
  const path = ['when', 'grant_type']
  if (!reach.endpoints.has('token')) {
    mistakes.push({ path, message: `only token requests have a grant type, and ${places}` })
    return reach
  }
  const { grantTypes } = reach
  const plain = listOf(words).filter((word) => !isRegex(word))
  const strangers = grantTypes ? plain.filter((word) => selectGrantTypes(word, grantTypes).length === 0) : []
  const regexesInVain = grantTypes && plain.length === 0 && selectGrantTypes(words, grantTypes).length === 0
  if (strangers.length > 0) mistakes.push({ path, message: `it cannot fire with ${strangers.join(', ')}: ${places}` })
  else if (regexesInVain) mistakes.push({ path, message: `no grant type that matches can be meant: ${places}` })
  return { ...reach, endpoints: new Set(['token'] as const) }
}
