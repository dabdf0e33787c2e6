import { expect } from 'vitest'
import { createProgram } from '../../src/cli/program.ts'

interface Service {
  image?: string
  build?: string
  ports?: string[]
  environment?: Record<string, string>
  volumes?: string[]
}

/** The names of the environment that `understudy start` reads. */
export function knownVariables(): string[] {
  const start = createProgram().commands.find((command) => command.name() === 'start')
  const declared = start?.options.flatMap(({ envVar }) => envVar ?? []) ?? []
  return [...declared, 'UNDERSTUDY_NO_WATCH', 'UNDERSTUDY_HTTPS', 'UNDERSTUDY_FIXTURES_INLINE']
}

/** Checks that a compose file starts Understudy by what it really has. */
export function expectCompose(document: object): void {
  const { services } = document as { services: Record<string, Service> }
  const { understudy } = services
  expect(understudy?.build ?? understudy?.image).toBeDefined()
  expect(understudy?.ports).toContain('9400:9400')
  // Other names fill `${NAME}` in the fixtures.
  const names = Object.keys(understudy?.environment ?? {}).filter((name) => name.startsWith('UNDERSTUDY_'))
  expect(knownVariables()).toEqual(expect.arrayContaining(names))
  for (const volume of understudy?.volumes ?? []) expect(volume).toMatch(/:\/(?:state|fixtures)(?::ro)?$/)
}
