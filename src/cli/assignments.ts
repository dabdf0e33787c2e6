import { InvalidArgumentError } from 'commander'
import { UnderstudyError } from '../errors.ts'

/** Collects a word as an option is repeated; two make a list. */
export function collectWords(word: string, previous?: string | string[]): string | string[] {
  return append(previous, word)
}

/** Collects `name=value` as an option is repeated, as it was typed. */
export function collectTexts(assignment: string, previous: Record<string, string> = {}): Record<string, string> {
  const [name, value] = split(assignment)
  return { ...previous, [name]: value }
}

/** Collects `name=value` as an option is repeated; the value is JSON where it reads as JSON, else text. */
export function collectJson(assignment: string, previous: Record<string, unknown> = {}): Record<string, unknown> {
  const [name, value] = split(assignment)
  return { ...previous, [name]: jsonOrText(value) }
}

/**
 * Collects `name=value` as an option is repeated; the same name twice makes a list, and `header.x=…` or `param.x=…`
 * one level of names below.
 */
export function collectSelector(assignment: string, previous: Record<string, unknown> = {}): Record<string, unknown> {
  const [name, value] = split(assignment)
  const [, group, member] = /^(header|param)\.(.+)$/.exec(name) ?? []
  if (group === undefined || member === undefined)
    return { ...previous, [name]: append(previous[name] as string | string[] | undefined, value) }
  const members = (previous[group] ?? {}) as Record<string, string | string[]>
  return { ...previous, [group]: { ...members, [member]: append(members[member], value) } }
}

/**
 * Reads `name=value` pairs as one value: each is JSON where it reads as JSON, else text; `claims.email=…` goes one level
 * down.
 *
 * @throws UnderstudyError `ERR_USAGE` for what is no assignment
 */
export function readAssignments(assignments: readonly string[]): Record<string, unknown> {
  const read: Record<string, unknown> = {}
  for (const assignment of assignments) {
    if (!/^[^=]+=/.test(assignment)) {
      throw new UnderstudyError('ERR_USAGE', 400, `Failed to read "${assignment}": expected name=value.`)
    }
    const [name, value] = split(assignment)
    const [, group, member] = /^([^.]+)\.(.+)$/.exec(name) ?? []
    if (group === undefined || member === undefined) read[name] = jsonOrText(value)
    else read[group] = { ...(read[group] as object | undefined), [member]: jsonOrText(value) }
  }
  return read
}

function split(assignment: string): [name: string, value: string] {
  const at = assignment.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Expected name=value.')
  return [assignment.slice(0, at), assignment.slice(at + 1)]
}

function append(previous: string | string[] | undefined, value: string): string | string[] {
  return previous === undefined ? value : [previous, value].flat()
}

/** What a text says as JSON; itself, where it is none. */
export function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
