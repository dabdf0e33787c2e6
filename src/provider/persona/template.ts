import { templateFilters } from '../../domain/template.ts'

/** What templates are filled from. */
export interface TemplateFacts {
  /** The answer as it would be without the persona. */
  answer: Readonly<Record<string, unknown>>
  user?: { username: string; sub: string; claims: Readonly<Record<string, unknown>> } | undefined
  client?: Readonly<Record<string, unknown>> | undefined
  grant: { type?: string | undefined; scope?: string | undefined; expires_at?: string | undefined }
}

/**
 * Fills a template: `$answer.scope`, `$user.claims.name`, `$client.client_id` or `$grant.type` is looked up, with
 * filters behind it (`$user.sub | number`); maps and lists are filled member by member; all else stands as it is, and
 * `$$` for one `$`.
 *
 * @returns undefined where there is no such value, or nothing is left of a map
 */
export function fillTemplate(template: unknown, facts: TemplateFacts): unknown {
  if (typeof template === 'string') return template.startsWith('$') ? lookUp(template.slice(1), facts) : template
  if (Array.isArray(template))
    return template.map((each) => fillTemplate(each, facts)).filter((each) => each !== undefined)
  if (typeof template !== 'object' || template === null) return template
  const filled = fillMembers(template as Record<string, unknown>, facts)
  return Object.keys(filled).length === 0 ? undefined : filled
}

/** Fills the members of an answer, in order; those without a value are left out. */
export function fillMembers(members: Readonly<Record<string, unknown>>, facts: TemplateFacts): Record<string, unknown> {
  const filled: Record<string, unknown> = {}
  for (const [name, template] of Object.entries(members)) {
    const value = fillTemplate(template, facts)
    if (value !== undefined) filled[name] = value
  }
  return filled
}

function lookUp(expression: string, facts: TemplateFacts): unknown {
  if (expression.startsWith('$')) return expression
  const [path = '', ...names] = expression.split('|').map((part) => part.trim())
  let value: unknown = facts
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string, unknown>)[step]
  }
  for (const name of names) if (value !== undefined) value = templateFilters[name]?.(value)
  return value ?? undefined
}
