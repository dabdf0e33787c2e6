import { jsonOrText } from './assignments.ts'

/**
 * Reads the parameters of a fault as they were typed: each as JSON where it reads as JSON, but for what the fault wants
 * as text, such as a subject of nothing but digits.
 */
export async function readParameters(
  fault: string | undefined,
  texts: Readonly<Record<string, string>> | undefined,
): Promise<Record<string, unknown> | undefined> {
  if (texts === undefined) return undefined
  const { findFault } = await import('../faults/catalog.ts')
  const read = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, jsonOrText(text)]))
  const { error } = findFault(fault ?? '')?.params.safeParse(read) ?? {}
  for (const issue of error?.issues ?? []) {
    const [name] = issue.path
    const text = typeof name === 'string' && issue.path.length === 1 ? texts[name] : undefined
    if (text !== undefined && issue.code === 'invalid_type' && issue.expected === 'string') read[String(name)] = text
  }
  return read
}
