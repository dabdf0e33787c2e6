/** Data as people like to read it. */
export async function yamlOf(data: unknown): Promise<string> {
  const { stringify } = await import('yaml')
  return stringify(data, { lineWidth: 0 })
}
