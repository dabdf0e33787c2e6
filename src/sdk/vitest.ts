import { likeRoot, openSource, type UnderstudySource } from './source.ts'
import type { CreatedIssuer, NewIssuer, Understudy } from './understudy.ts'

export type { UnderstudySource } from './source.ts'
export type * from './types.ts'

/** What a test is given. */
export interface UnderstudyFixtures {
  /** The server that all tests of a file or worker share. */
  understudy: Understudy
  /** What this test's issuer has in place of the same members of the root issuer's fixtures; to be overridden. */
  declared: NewIssuer
  /** Whether a fault that the test arms may stay without ever firing; to be overridden. */
  allowUnfired: boolean
  /** An issuer of the test's own, with the fixtures of the root issuer; gone after the test. */
  idp: CreatedIssuer
}

/** The fixtures in the form of vitest's `test.extend`. */
export interface VitestFixtures {
  understudy: [UnderstudyFixture, { scope: 'file' | 'worker' }]
  declared: NewIssuer
  allowUnfired: boolean
  idp: IssuerFixture
}

type Use<Value> = (value: Value) => Promise<void>
type UnderstudyFixture = (context: object, use: Use<Understudy>) => Promise<void>
type IssuerContext = Pick<UnderstudyFixtures, 'understudy' | 'declared' | 'allowUnfired'> & {
  task: { result?: { state: string } | undefined }
  onTestFinished(end: () => Promise<void>): void
}
type IssuerFixture = (context: IssuerContext, use: Use<CreatedIssuer>) => Promise<void>

/**
 * Gives each test an issuer of its own, at a server that is shared; a test whose armed fault never fired fails.
 *
 * @param source how the server is started, or where it runs; `scope` says who shares it: the files of a `worker`
 *   (default), or the tests of a `file`
 * @example `const test = base.extend<UnderstudyFixtures>(understudy({ fixtures: 'fixtures.yaml' }))`
 */
export function understudy({
  scope = 'worker',
  ...source
}: UnderstudySource & { scope?: 'file' | 'worker' } = {}): VitestFixtures {
  const roots = new WeakMap<Understudy, Promise<NewIssuer>>()

  function rootOf(server: Understudy): Promise<NewIssuer> {
    const root = roots.get(server) ?? likeRoot(server, source)
    roots.set(server, root)
    return root
  }

  return {
    understudy: [
      // biome-ignore lint/correctness/noEmptyPattern: vitest reads from here what a fixture needs
      async ({}, use) => {
        const server = await openSource(source)
        await use(server)
        await server.close()
      },
      { scope },
    ],
    declared: {},
    allowUnfired: false,
    idp: async ({ understudy, declared, allowUnfired, task, onTestFinished }, use) => {
      const issuer = await understudy.createIssuer({ ...(await rootOf(understudy)), ...declared })
      // Not after `use`: what is thrown there is told twice, comes up again in a retry, and keeps other fixtures from
      // being torn down.
      onTestFinished(async () => {
        try {
          // Of a test that has failed, the first failure is the one to be read.
          if (!allowUnfired && task.result?.state !== 'fail') await issuer.verify({ unfired: 'added' })
        } finally {
          await issuer[Symbol.asyncDispose]()
        }
      })
      await use(issuer)
    },
  }
}
