import { type Answer, membersOf, withMembers } from '../fault.ts'

type Members = Readonly<Record<string, unknown>>

/** Changes the members of a good answer; undefined where `needed` is not among them. */
export function changed(answer: Answer, needed: string, change: (members: Members) => Members): Answer | undefined {
  const members = answer.status === 200 ? membersOf(answer) : undefined
  return members !== undefined && needed in members ? withMembers(answer, change(members)) : undefined
}

/** Leaves a member of a good answer out. */
export function without(name: string) {
  return (answer: Answer): Answer | undefined => changed(answer, name, ({ [name]: _left, ...others }) => others)
}

/** Puts another value in a member's place. */
export function replaced(answer: Answer, name: string, value: (before: unknown) => unknown): Answer | undefined {
  return changed(answer, name, (members) => ({ ...members, [name]: value(members[name]) }))
}
