/** A parameter of the path, decoded; a route that names it in its path always has it. */
export function pathParam(ctx: { params: Record<string, string | undefined> }, name: string): string {
  return ctx.params[name] ?? ''
}
