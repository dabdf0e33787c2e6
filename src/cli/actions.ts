import type { Command } from 'commander'
import { UnderstudyError } from '../errors.ts'

/** What each action of a command takes beside what every remote command does: arguments and options by their names. */
export type Actions = Readonly<Record<string, readonly string[]>>

const forAll: readonly string[] = ['server', 'issuer', 'admin-token', 'json']

/**
 * Has a command whose first argument is an action refuse what the action has no use for: whoever says it means
 * something that would not be done.
 */
export function withActions(command: Command, actions: Actions): Command {
  return command.hook('preAction', () => refuseIdle(command, actions))
}

/** @throws UnderstudyError `ERR_USAGE` (400) */
function refuseIdle(command: Command, actions: Actions): void {
  const action = String(command.processedArgs[0])
  const taken = [...forAll, ...(actions[action] ?? [])]
  const idle = [...givenArguments(command), ...givenOptions(command)].find(({ name }) => !taken.includes(name))
  if (idle === undefined) return
  const takers = Object.keys(actions).filter((other) => actions[other]?.includes(idle.name))
  const message = `Failed to run "${command.name()} ${action}": ${idle.shown} has no effect there. It is for ${takers.join(', ')}. See understudy ${command.name()} --help.`
  throw new UnderstudyError('ERR_USAGE', 400, message)
}

function givenArguments(command: Command) {
  return command.registeredArguments.slice(1).flatMap((argument, index) => {
    const given: unknown = command.processedArgs[index + 1]
    const isGiven = Array.isArray(given) ? given.length > 0 : given !== undefined
    return isGiven ? [{ name: argument.name(), shown: `"${[given].flat().join(' ')}"` }] : []
  })
}

function givenOptions(command: Command) {
  return command.options
    .filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
    .map((option) => ({ name: option.name(), shown: `--${option.name()}` }))
}
