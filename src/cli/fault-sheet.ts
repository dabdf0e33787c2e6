import * as z from 'zod'
import { type FamilyName, families } from '../faults/catalog.ts'
import type { ClientVerdict, Fault } from '../faults/fault.ts'

/** A parameter, as JSON Schema has it. */
export interface Parameter {
  type?: string
  enum?: unknown[]
  anyOf?: Parameter[]
  description?: string
  default?: unknown
}

/** All that there is to know of a fault, as JSON. */
export interface FaultSheet {
  name: string
  family: FamilyName
  summary: string
  see: string
  endpoints: readonly string[]
  alsoAt: readonly string[]
  grantTypes?: readonly string[] | undefined
  /** The signed tokens that it can change, the one that is meant where none is named first. */
  tokens?: readonly string[] | undefined
  client: ClientVerdict
  /** Where a correct client does something else with some tokens. */
  clientOf?: Partial<Record<string, ClientVerdict>> | undefined
  parameters: Record<string, Parameter>
}

export function faultSheets(): FaultSheet[] {
  return Object.entries(families).flatMap(([family, faults]) =>
    faults.map((fault: Fault) => sheetOf(fault, family as FamilyName)),
  )
}

function sheetOf(fault: Fault, family: FamilyName): FaultSheet {
  return {
    name: fault.name,
    family,
    summary: fault.summary,
    see: fault.see,
    endpoints: fault.endpoints,
    alsoAt: fault.alsoAt ?? [],
    grantTypes: fault.grantTypes,
    ...(fault.acts === 'token' && { tokens: fault.tokens, clientOf: fault.clientOf }),
    client: fault.client,
    parameters: parametersOf(fault),
  }
}

const verdicts: Readonly<Record<ClientVerdict, string>> = {
  reject: 'rejects the answer',
  accept: 'accepts the answer',
  either: 'may accept the answer or reject it',
  handle: 'handles the error',
}

/** What a correct client does, with each token where that differs. */
function verdictOf({ client, clientOf = {} }: FaultSheet): string {
  const others = Object.entries(clientOf).map(
    ([token, verdict]) => verdict && `${verdicts[verdict]} if it is a ${token}`,
  )
  return [verdicts[client], ...others].join('; ')
}

/** A fault's sheet as text for people. */
export function describeFault(sheet: FaultSheet): string {
  const grants = sheet.grantTypes === undefined ? '' : ` (grants: ${sheet.grantTypes.join(', ')})`
  const lines = [
    sheet.name,
    `  ${sheet.summary}`,
    '',
    `  Fires at:          ${sheet.endpoints.join(', ')}${grants}`,
    ...(sheet.alsoAt.length === 0 ? [] : [`  If named, also at: ${sheet.alsoAt.join(', ')}`]),
    ...(sheet.tokens === undefined ? [] : [`  In a signed:       ${sheet.tokens.join(', ')}`]),
    `  A correct client:  ${verdictOf(sheet)}`,
    `  See:               ${sheet.see}`,
    ...describeParameters(Object.entries(sheet.parameters)),
  ]
  return `${lines.join('\n')}\n`
}

function describeParameters(parameters: [name: string, parameter: Parameter][]): string[] {
  if (parameters.length === 0) return []
  const width = Math.max(...parameters.map(([name]) => name.length))
  const lines = parameters.map(([name, parameter]) => `    ${name.padEnd(width)}  ${describeParameter(parameter)}`)
  return ['', '  Parameters (--with name=value):', ...lines]
}

/** A parameter in words: its kind, what it is for, and its default. */
export function describeParameter(parameter: Parameter): string {
  const { description, default: preset } = parameter
  const kind = kindOf(parameter)
  const fallback = preset === undefined ? '' : ` (default: ${JSON.stringify(preset)})`
  return description === undefined ? `${kind}${fallback}` : `${kind}. ${description}${fallback}`
}

function kindOf({ type, enum: choices, anyOf }: Parameter): string {
  if (anyOf !== undefined) return anyOf.map(kindOf).join(' or ')
  return choices?.map(String).join(' | ') ?? type ?? 'any value'
}

function parametersOf(fault: Fault): Record<string, Parameter> {
  const schema = z.toJSONSchema(fault.params, { io: 'input', unrepresentable: 'any' })
  return (schema.properties ?? {}) as Record<string, Parameter>
}
