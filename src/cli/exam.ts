import type { Command } from 'commander'
import { apiExamCommand } from './exam-api.ts'
import { clientExamCommand } from './exam-client.ts'

export function examCommand(program: Command): void {
  const command = program
    .command('exam')
    .helpCommand(false)
    .description('examine an API or a client by every fault that it can meet')
  apiExamCommand(command)
  clientExamCommand(command)
}
