import { readParameters } from './fault-parameters.ts'

/** Collects an option that is repeated. */
export function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value]
}

/** Faults by name; parameters are those of the last. */
export async function faultSteps(
  names: readonly string[],
  texts: Readonly<Record<string, string>> | undefined,
): Promise<(string | { fault: string; with: Record<string, unknown> })[]> {
  const parameters = await readParameters(names.at(-1), texts)
  return names.map((name, index) =>
    parameters !== undefined && index === names.length - 1 ? { fault: name, with: parameters } : name,
  )
}
