/** One measure: what was seen of each contestant, and whether the target was met. */
export interface Row {
  group: string
  measure: string
  unit: string
  /** By contestant; the yardstick first. */
  values: Record<string, number>
  /** Against the yardstick (or, where the measure says so, the first value). */
  ratios: Record<string, number>
  /** Computing by the server, in milliseconds per 1,000 operations. */
  cpuMs?: Record<string, number>
  /** Operations per second of computing, against the yardstick. */
  cpuRatios?: Record<string, number>
  /** What `met` judges, in words; left out where a row is only context. */
  target?: string
  met?: boolean
  /** Why there is nothing to see. */
  failure?: string
}

/** What a target of the form "at least" or "at most" says of some numbers. */
export function judge(form: 'at least' | 'at most', limit: number, unit: string, seen: readonly number[]) {
  const met = seen.every((value) => (form === 'at least' ? value >= limit : value <= limit))
  return { target: `${form === 'at least' ? '≥' : '≤'} ${limit}${unit}`, met }
}

const headings = ['measure', 'unit', 'seen', 'ratio by rate', 'ratio by CPU', 'CPU ms per 1,000', 'target', '']

/** The rows as text, in columns, a heading above each group. */
export function render(rows: readonly Row[]): string {
  const lines = rows.map((row) => ({ group: row.group, cells: cellsOf(row) }))
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...lines.map(({ cells }) => cells[column]?.length ?? 0)),
  )
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  const text = [line(headings)]
  for (const [index, { group, cells }] of lines.entries()) {
    if (group !== lines[index - 1]?.group) text.push('', group)
    text.push(line(cells))
  }
  return text.join('\n')
}

function cellsOf(row: Row): string[] {
  if (row.failure !== undefined)
    return [row.measure, row.unit, `failed: ${row.failure}`, '', '', '', row.target ?? '', 'MISS']
  const verdict = row.met === undefined ? '' : row.met ? 'pass' : 'MISS'
  const { measure, unit, values, ratios, cpuRatios = {}, cpuMs = {}, target = '' } = row
  return [measure, unit, listed(values), listed(ratios, 2), listed(cpuRatios, 2), listed(cpuMs), target, verdict]
}

function listed(values: Record<string, number>, decimals?: number): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${decimals === undefined ? rounded(value) : value.toFixed(decimals)}`)
    .join(', ')
}

/** Three digits are more than the noise leaves true. */
function rounded(value: number): string {
  return value >= 100 ? Math.round(value).toString() : value.toPrecision(3)
}
