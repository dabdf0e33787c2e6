/** The examples that end a command's help, each a command line with what it does. */
export function examples(...lines: [commandLine: string, does: string][]): string {
  const width = Math.max(...lines.map(([commandLine]) => commandLine.length))
  const listed = lines.map(([commandLine, does]) => `  ${commandLine.padEnd(width)}  # ${does}`)
  return `\nExamples:\n${listed.join('\n')}`
}
