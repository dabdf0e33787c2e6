import { describeParameter, type FaultSheet, faultSheets } from '../../src/cli/fault-sheet.ts'
import { code, table } from './markdown.ts'

/** Every fault of the catalog: where it fires, what it takes, and the clause behind it. */
export function faultsReference(): string {
  const sheets = faultSheets()
  return [
    ...table(['fault', 'what it says', 'fires at', 'if named, also at', 'see'], sheets.map(row)),
    '',
    '## Parameters',
    '',
    ...commonParameters(sheets),
    '',
    ...ownParameters(sheets),
  ].join('\n')
}

function row({ name, summary, endpoints, alsoAt, grantTypes, see }: FaultSheet): string[] {
  const grants = grantTypes === undefined ? '' : ` (${grantTypes.join(', ')})`
  return [code(name), summary, endpoints.join(', ') + grants, alsoAt.join(', '), `[${titleOf(see)}](${see})`]
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
  ]
}

function ownParameters(sheets: readonly FaultSheet[]): string[] {
  const common = new Set(Object.keys(commonOf(sheets)))
  const rows = sheets.flatMap(({ name, parameters }) =>
    Object.entries(parameters)
      .filter(([parameter]) => !common.has(parameter))
      .map(([parameter, each]) => [code(name), code(parameter), describeParameter(each)]),
  )
  return rows.length === 0
    ? []
    : ['And these one of their own:', '', ...table(['fault', 'parameter', 'what'], rows), '']
}
