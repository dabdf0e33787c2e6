import type { AuthorizationDetailType } from '../../domain/authorization-details.ts'
import type { PageDetail } from '../../domain/pages.ts'
import { parseDetails } from './asked.ts'

/** Authorization details as the consent page shows them: what is declared of their types, and each member as text. */
export function pageDetails(text: unknown, types: Readonly<Record<string, AuthorizationDetailType>>): PageDetail[] {
  if (text === undefined) return []
  return parseDetails(text).map(({ type, ...members }) => ({
    title: types[type]?.description ?? type,
    members: Object.entries(members).map(([name, value]) => ({ name, value: inWords(value) })),
  }))
}

/** A value as people read it: lists with commas, what is nested by its names. */
function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(inWords).join(', ')
  if (typeof value !== 'object' || value === null) return String(value)
  const members = Object.entries(value).map(([name, member]) => `${name}: ${inWords(member)}`)
  return members.join(', ')
}
