#!/usr/bin/env node
import { fail } from './fail.ts'
import { createProgram } from './program.ts'

// Compose files hand on variables that nobody set as empty text: the same as not set.
for (const [name, value] of Object.entries(process.env)) {
  if (name.startsWith('UNDERSTUDY_') && value === '') delete process.env[name]
}

// A reader such as `head` may have enough before all is written.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

await createProgram(process.argv[2]).parseAsync().catch(fail)
