import type { Command, Option } from 'commander'
import { createProgram } from '../../src/cli/program.ts'
import { code, table } from './markdown.ts'

/** Every command with its arguments, options and examples, as its help has them. */
export function cliReference(): string {
  return commandsOf(createProgram()).map(section).join('\n')
}

/** Every command that does something: of one that has others below it, those. */
export function commandsOf(program: Command): Command[] {
  return program.commands.flatMap((command) => (command.commands.length === 0 ? command : commandsOf(command)))
}

/** A command as it is called, such as `exam api`. */
export function nameOf(command: Command): string {
  const { parent } = command
  return parent?.parent ? `${nameOf(parent)} ${command.name()}` : command.name()
}

function section(command: Command): string {
  const usage = `understudy ${nameOf(command)} ${command.usage()}`.replace('[options]', '').replace('  ', ' ')
  return [
    `## ${nameOf(command)}`,
    '',
    `\`${usage.trim()}\`: ${command.description()}.`,
    '',
    ...argumentsOf(command),
    ...table(['option', 'what', 'default', 'environment'], command.options.map(row)),
    '',
    ...examplesOf(command),
    '',
  ].join('\n')
}

function argumentsOf({ registeredArguments }: Command): string[] {
  const described = registeredArguments.filter(({ description }) => description !== '')
  const lines = described.map((argument) => {
    const choices = argument.argChoices === undefined ? '' : ` (${argument.argChoices.join(', ')})`
    return `- \`${argument.name()}\`: ${argument.description}${choices}`
  })
  return lines.length === 0 ? [] : [...lines, '']
}

function row({ flags, description, argChoices, defaultValue, envVar }: Option): string[] {
  const choices = argChoices === undefined ? '' : ` (${argChoices.join(', ')})`
  const preset = defaultValue === undefined || defaultValue === true ? '' : code(String(defaultValue))
  const what = description.replace(/ \(env: \w+\)$/, '') + choices
  const variable = envVar ?? /\(env: (\w+)\)$/.exec(description)?.[1]
  return [code(flags), what, preset, variable === undefined ? '' : code(variable)]
}

/** The lines after "Examples:" in the help of a command, as a list. */
function examplesOf(command: Command): string[] {
  let help = ''
  command.configureOutput({
    writeOut(text) {
      help += text
    },
  })
  command.outputHelp()
  const [, examples = ''] = help.split('\nExamples:\n')
  return examples
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [commandLine = '', does = ''] = line.trim().split(/ +# /)
      return `- ${code(commandLine)}: ${does}`
    })
}
