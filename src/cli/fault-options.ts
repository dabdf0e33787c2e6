/** Collects an option that is repeated. */
export function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value]
}

/** Faults by name; parameters are those of the last. */
export function faultSteps(
  names: readonly string[],
  parameters: Record<string, unknown> | undefined,
): (string | { fault: string; with: Record<string, unknown> })[] {
  return names.map((name, index) =>
    parameters !== undefined && index === names.length - 1 ? { fault: name, with: parameters } : name,
  )
}
