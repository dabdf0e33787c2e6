import { Command } from 'commander'
import { version } from '../control/version.ts'
import { armCommand } from './arm.ts'
import { armedCommand } from './armed.ts'
import { caCommand } from './ca.ts'
import { certificateCommand } from './certificate.ts'
import { cibaCommand } from './ciba.ts'
import { clientsCommand } from './clients.ts'
import { clockCommand } from './clock.ts'
import { deviceCommand } from './device.ts'
import { disarmCommand } from './disarm.ts'
import { examCommand } from './exam.ts'
import { faultsCommand } from './faults.ts'
import { fixturesCommand } from './fixtures.ts'
import { grantsCommand } from './grants.ts'
import { healthcheckCommand } from './healthcheck.ts'
import { initCommand } from './init.ts'
import { initiateLoginCommand } from './initiate-login.ts'
import { issuersCommand } from './issuers.ts'
import { keysCommand } from './keys.ts'
import { logoutCommand } from './logout.ts'
import { personasCommand } from './personas.ts'
import { releaseCommand } from './release.ts'
import { requestsCommand } from './requests.ts'
import { resetCommand } from './reset.ts'
import { scenarioCommand } from './scenario.ts'
import { scenariosCommand } from './scenarios.ts'
import { scopesCommand } from './scopes.ts'
import { sessionsCommand } from './sessions.ts'
import { startCommand } from './start.ts'
import { tokensCommand } from './tokens.ts'
import { usersCommand } from './users.ts'
import { validateCommand } from './validate.ts'
import { verifyCommand } from './verify.ts'

/** The commands by their names, under the headings of help. */
const groups: Record<string, Record<string, (program: Command) => void>> = {
  'Serve:': {
    start: startCommand,
    init: initCommand,
    validate: validateCommand,
    healthcheck: healthcheckCommand,
  },
  'Look up:': { faults: faultsCommand, personas: personasCommand },
  'Direct a running server:': {
    arm: armCommand,
    armed: armedCommand,
    release: releaseCommand,
    disarm: disarmCommand,
    scenario: scenarioCommand,
    scenarios: scenariosCommand,
    device: deviceCommand,
    ciba: cibaCommand,
    reset: resetCommand,
    tokens: tokensCommand,
    clock: clockCommand,
    keys: keysCommand,
    sessions: sessionsCommand,
    grants: grantsCommand,
    ca: caCommand,
    certificate: certificateCommand,
    users: usersCommand,
    clients: clientsCommand,
    scopes: scopesCommand,
    fixtures: fixturesCommand,
    issuers: issuersCommand,
    'initiate-login': initiateLoginCommand,
    logout: logoutCommand,
    requests: requestsCommand,
    verify: verifyCommand,
  },
  'Examine:': { exam: examCommand },
}

/**
 * The command line.
 *
 * A command's file declares its options and no more: what it needs is imported once it runs, so that `start` does not
 * load what the others need, and help loads nothing.
 *
 * @param asked the name of the one command that is asked for; left out, or no command's: all are made
 */
export function createProgram(asked?: string): Command {
  const program = new Command('understudy')
    .description('A mock identity provider that you script.')
    .version(version, '-V, --version')
    .helpCommand(false)
    .configureOutput({ outputError: (text, write) => write(`${text.trim().replaceAll(/\s*\n\s*/g, ' ')}\n`) })
  // To make them all takes longer than to read the fixtures.
  const isKnown = Object.values(groups).some((commands) => asked !== undefined && Object.hasOwn(commands, asked))
  for (const [heading, commands] of Object.entries(groups)) {
    program.commandsGroup(heading)
    for (const [name, define] of Object.entries(commands)) if (!isKnown || name === asked) define(program)
  }
  return program
}
