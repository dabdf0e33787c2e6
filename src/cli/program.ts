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

/**
 * The command line.
 *
 * A command's file declares its options and no more: what it needs is imported once it runs, so that `start` does not
 * load what the others need, and help loads nothing.
 */
export function createProgram(): Command {
  const program = new Command('understudy')
    .description('A mock identity provider that you script.')
    .version(version, '-V, --version')
    .helpCommand(false)
    .configureOutput({ outputError: (text, write) => write(`${text.trim().replaceAll(/\s*\n\s*/g, ' ')}\n`) })
  program.commandsGroup('Serve:')
  for (const define of [startCommand, initCommand, validateCommand, healthcheckCommand]) define(program)
  program.commandsGroup('Look up:')
  for (const define of [faultsCommand, personasCommand]) define(program)
  program.commandsGroup('Direct a running server:')
  for (const define of [armCommand, armedCommand, releaseCommand, disarmCommand]) define(program)
  for (const define of [scenarioCommand, scenariosCommand, deviceCommand, cibaCommand, resetCommand]) define(program)
  for (const define of [tokensCommand, clockCommand, keysCommand, sessionsCommand, grantsCommand]) define(program)
  for (const define of [caCommand, certificateCommand]) define(program)
  for (const define of [usersCommand, clientsCommand, scopesCommand, fixturesCommand, issuersCommand]) define(program)
  initiateLoginCommand(program)
  logoutCommand(program)
  for (const define of [requestsCommand, verifyCommand]) define(program)
  program.commandsGroup('Examine:')
  examCommand(program)
  return program
}
