/** A table of Markdown; a column that is empty in every row is left out. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const used = head.map((_, column) => rows.some((row) => row[column]))
  const line = (cells: readonly string[]) =>
    `| ${cells
      .filter((_, column) => used[column])
      .map(cellOf)
      .join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}

/** Text set as code. */
export function code(text: string): string {
  return `\`${text}\``
}

/** A cell's text, in which nothing ends the cell or reads as HTML. */
function cellOf(text: string): string {
  const parts = text.split(/(`[^`]*`)/)
  return parts
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '&lt;')))
    .join('')
    .replaceAll('|', '\\|')
}
