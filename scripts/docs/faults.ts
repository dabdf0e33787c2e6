import { describeParameter, type FaultSheet, faultSheets } from '../../src/cli/fault-sheet.ts'
import { endpoints } from '../../src/domain/exchange.ts'
import type { FamilyName } from '../../src/faults/catalog.ts'
import { code, table } from './markdown.ts'

/** Every fault of a family: where it fires, what a correct client does, what it takes, and the clause behind it. */
export function faultsReference(family: FamilyName): string {
  const sheets = faultSheets().filter((sheet) => sheet.family === family)
  const head = ['fault', 'what it does', 'fires at', 'if named, also at', 'in a signed', 'a correct client', 'see']
  return [...table(head, sheets.map(row)), '', ...parameters(sheets)].join('\n')
}

function row({
  name,
  summary,
  endpoints,
  alsoAt,
  grantTypes,
  tokens = [],
  see,
  client,
  clientOf,
}: FaultSheet): string[] {
  const grants = grantTypes === undefined ? '' : ` (${grantTypes.join(', ')})`
  const others = Object.entries(clientOf ?? {}).map(([token, verdict]) => `${token}: ${verdict}`)
  const verdict = [client, ...others].join('; ')
  const clause = `[${titleOf(see)}](${see})`
  return [code(name), summary, placesOf(endpoints) + grants, placesOf(alsoAt), tokens.join(', '), verdict, clause]
}

function placesOf(names: readonly string[]): string {
  if (names.length === endpoints.length) return 'anywhere'
  return names.length === endpoints.length - 1 ? 'anywhere else' : names.join(', ')
}

function parameters(sheets: readonly FaultSheet[]): string[] {
  if (sheets.every((sheet) => Object.keys(sheet.parameters).length === 0)) return []
  const shared = sheets.some(({ name }) => name === 'server_error') ? commonParameters(sheets) : []
  return ['## Parameters', '', ...shared, ...ownParameters(sheets, shared.length > 0)]
}

/** "RFC 6749, 5.2" and the like, from the address of a clause. */
function titleOf(see: string): string {
  const [, rfc, section] = /rfc(\d+)(?:#section-([\w.]+))?/.exec(see) ?? []
  if (rfc !== undefined) return section === undefined ? `RFC ${rfc}` : `RFC ${rfc}, ${section}`
  return (
    new URL(see).pathname
      .split('/')
      .at(-1)
      ?.replace(/\.html$/, '') ?? see
  )
}

/** What every error code takes. */
function commonOf(sheets: readonly FaultSheet[]): FaultSheet['parameters'] {
  return sheets.find(({ name }) => name === 'server_error')?.parameters ?? {}
}

function commonParameters(sheets: readonly FaultSheet[]): string[] {
  const parameters = commonOf(sheets)
  const without = sheets.filter((sheet) => !('description' in sheet.parameters)).map(({ name }) => code(name))
  return [
    `Given as \`with\`. All but ${without.join(', ')} take these:`,
    '',
    ...table(
      ['parameter', 'what'],
      Object.entries(parameters).map(([name, each]) => [code(name), describeParameter(each)]),
    ),
    '',
  ]
}

function ownParameters(sheets: readonly FaultSheet[], isAfterCommon: boolean): string[] {
  const common = new Set(isAfterCommon ? Object.keys(commonOf(sheets)) : [])
  const rows = sheets.flatMap(({ name, parameters }) =>
    Object.entries(parameters)
      .filter(([parameter]) => !common.has(parameter))
      .map(([parameter, each]) => [code(name), code(parameter), describeParameter(each)]),
  )
  return rows.length === 0
    ? []
    : [
        isAfterCommon ? 'And these one of their own:' : 'Given as `with`.',
        '',
        ...table(['fault', 'parameter', 'what'], rows),
        '',
      ]
}
