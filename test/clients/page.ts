import { code, table } from '../../scripts/docs/markdown.ts'
import { type FamilyName, families } from '../../src/faults/catalog.ts'
import { signatureFaults } from '../../src/faults/token/signatures.ts'
import { libraries } from './libraries.ts'
import type { Library } from './library.ts'
import { accepted, notCalledBack, notMet, type Outcome } from './outcome.ts'
import { type LibraryRecord, readRecord } from './record.ts'
import { type Row, rows } from './rows.ts'
import { isLapse, isLate, isMet, recordedOutcome, untried } from './verdict.ts'

const titles: Record<FamilyName, string> = {
  codes: 'Error codes',
  tokens: 'Signed tokens',
  metadata: 'Keys and metadata',
  responses: 'Authorization responses',
  answers: 'Answers',
  state: 'State',
  connection: 'The connection',
}

const intro = `# Client libraries

What client libraries do with each [fault](faults/README.md) that they can meet as they log somebody in: with discovery, the authorization
response, the ID token, userinfo and a refresh. Each fault was tried between two logins without it that went well, on an issuer that
nobody else used meanwhile, and counted only where it had really fired. The tests try all of it again and again;
\`npx node scripts/clients.ts\` writes this page by what it sees.

Each library is used as its documentation begins, with the checks that it has by default, and with \`state\`, \`nonce\`, PKCE and \`max_age\`
where it can send them. What an app has to look at by itself is not in here.
`

const legend = `- **Where**: whose answer was spoiled. \`token\` is the answer to the code, \`refresh\` that to a refresh token. A line with several places
  holds for those of them where the library asks, and was tried.
- **A correct client** rejects, accepts, may do either, or handles it: carries on, tries again or tells its user, as it sees fit.
- A cell has the library's own error code, and with it the OAuth error or the status that it tells of, where that is another than was sent.
  accepted: the login went on as if nothing were wrong. It is bold where a correct client does otherwise.
- –: the library never meets it, since it does not ask there, or has not asked for what would be wrong.
- not called back: the browser stayed with the server, and nobody has asked the library anything.
`

const note = `A client that has the ID token straight from the token endpoint, over TLS, may trust the connection in place of the signature ([OpenID
Connect Core, 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), 6): where a library does so by default, that is why it
accepts signatures that are wrong. How long ago is too long for \`iat\` is left to each client (the same, 10).
`

const unmetCell = '–'

const ofSignatures = new Set<string>(signatureFaults.map(({ name }) => name))

interface Column {
  library: Library
  record: LibraryRecord
}

/** The page, by the outcomes as they are checked in. */
export function clientsPage(): string {
  const columns = libraries.map((library) => ({ library, record: readRecord(library) }))
  const sections = (Object.keys(families) as FamilyName[]).map((family) => sectionOf(family, columns))
  return [intro, summaryOf(columns), lapsesOf(columns), `## Every fault\n\n${legend}`, ...sections].join('\n')
}

function summaryOf(columns: readonly Column[]): string {
  const head = ['library', 'package', 'how', 'rejects what it must', 'accepts what it must']
  const lines = columns.map(({ library: { name, package: of, how = '' }, record }) => [
    `[${name}](#${name})`,
    `[${of}](https://www.npmjs.com/package/${of}) ${record.version}`,
    how,
    shareOf(record, 'reject'),
    shareOf(record, 'accept'),
  ])
  return `## At a glance\n\n${table(head, lines).join('\n')}\n`
}

/** Of those that it meets, how many it does right. */
function shareOf(record: LibraryRecord, expected: 'reject' | 'accept'): string {
  const met = rows.filter((row) => row.expected === expected && isMet(recordedOutcome(record, row)))
  return `${met.filter((row) => !isLapse(row, recordedOutcome(record, row))).length} of ${met.length}`
}

function lapsesOf(columns: readonly Column[]): string {
  const parts = columns.map(({ library, record }) => {
    const wrong = rows.filter((row) => isLapse(row, recordedOutcome(record, row)))
    const letThrough = wrong.filter(({ expected }) => expected === 'reject')
    const lines = [
      ...listOf(
        'Accepts what it must reject',
        letThrough.filter(({ fault }) => !ofSignatures.has(fault)),
      ),
      ...listOf(
        'Accepts signatures that it must reject',
        letThrough.filter(({ fault }) => ofSignatures.has(fault)),
      ),
      ...listOf(
        'Rejects what it must accept',
        wrong.filter(({ expected }) => expected === 'accept'),
      ),
    ]
    const about = library.about === undefined ? '' : `${library.about}\n\n`
    return `### ${library.name}\n\n${about}${lines.length === 0 ? 'Nothing that was found.' : lines.join('\n')}\n`
  })
  return `## What each does otherwise than it must\n\n${note}\n${parts.join('\n')}`
}

function listOf(title: string, wrong: readonly Row[]): string[] {
  if (wrong.length === 0) return []
  const byFault = [...new Set(wrong.map(({ fault }) => fault))].map((fault) => {
    const places = wrong.filter((row) => row.fault === fault).map(({ place }) => place)
    return `${code(fault)} (${places.join(', ')})`
  })
  return [`- ${title}: ${byFault.join(', ')}.`]
}

function sectionOf(family: FamilyName, columns: readonly Column[]): string {
  const head = ['fault', 'where', 'a correct client', ...columns.map(({ library }) => library.name)]
  const lines: Line[] = []
  for (const row of rows.filter((each) => each.family === family)) {
    const { fault, place, expected } = row
    const cells = columns.map(({ record }) => cellOf(row, recordedOutcome(record, row)))
    const same = lines.find((line) => line.fault === fault && line.expected === expected && agree(line.cells, cells))
    if (same === undefined) lines.push({ fault, places: [place], expected, cells })
    else {
      same.places.push(place)
      same.cells = same.cells.map((cell, column) => (isSilent(cell) ? cells[column] || cell : cell))
    }
  }
  const body = lines.map(({ fault, places, expected, cells }) => [code(fault), places.join(', '), expected, ...cells])
  return `### [${titles[family]}](faults/${family}.md)\n\n${table(head, body).join('\n')}\n`
}

/** A fault at all places where every library does the same with it, as far as it meets it there. */
interface Line {
  fault: string
  places: string[]
  expected: string
  cells: string[]
}

function agree(these: readonly string[], those: readonly string[]): boolean {
  return these.every((cell, column) => {
    const other = those[column] ?? ''
    return isSilent(cell) || isSilent(other) || cell === other
  })
}

function isSilent(cell: string): boolean {
  return cell === unmetCell || cell === ''
}

function cellOf(row: Row, outcome: Outcome): string {
  if (outcome === untried) return ''
  if (outcome === notMet) return unmetCell
  if (outcome === notCalledBack) return outcome
  const text = outcome === accepted ? outcome : code(outcome.replace(/^\w+: /, '').replace(` ${row.fault}`, ''))
  if (isLate(row, outcome)) return `**accepted**; at refresh ${text}`
  return isLapse(row, outcome) ? `**${text}**` : text
}
