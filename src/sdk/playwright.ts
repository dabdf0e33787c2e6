import type { BrowserCookie } from './cookies.ts'
import type { SessionOptions } from './sessions.ts'
import { openSource, type UnderstudySource } from './source.ts'
import type { Understudy } from './understudy.ts'
import type { TaggedIssuer, UnderstudyIssuer } from './verbs.ts'

export type { UnderstudySource } from './source.ts'
export type * from './types.ts'

/** A browser context of Playwright, of the test runner's as of `playwright-core`'s. */
export interface CookieJar {
  addCookies(cookies: readonly BrowserCookie[]): Promise<void>
}

/** What Playwright's `newContext` takes to be signed in from the start. */
export interface StorageState {
  cookies: BrowserCookie[]
  origins: []
}

/** Signs a user in without a page: what the context asks the issuer from now on, it asks as this user. */
export async function signIn(
  context: CookieJar,
  idp: UnderstudyIssuer,
  user: string,
  options?: SessionOptions,
): Promise<void> {
  await context.addCookies(await idp.sessionCookies(user, options))
}

/** The state of a browser in which a user is signed in; where the issuer is tagged, the browser is as well. */
export async function storageState(
  idp: UnderstudyIssuer | TaggedIssuer,
  user: string,
  options?: SessionOptions,
): Promise<StorageState> {
  const cookies = await idp.sessionCookies(user, options)
  return { cookies: [...cookies, ...('cookies' in idp ? idp.cookies : [])], origins: [] }
}

/** What the tests of a worker share. */
export interface UnderstudyWorkerFixtures {
  understudy: Understudy
}

/** What a test is given. */
export interface UnderstudyTestFixtures {
  /** Whether a fault that the test arms may stay without ever firing; for `test.use`. */
  allowUnfired: boolean
  /** The issuer that the app under test knows, narrowed down to what this test's browser does by a tag. */
  idp: TaggedIssuer
  /** Signs a user in, in the test's own context, or in another. */
  signIn(user: string, options?: SessionOptions & { context?: CookieJar }): Promise<void>
  /** A browser in which a user is signed in: `browser.newContext({ storageState: await signedIn('alice') })`. */
  signedIn(user: string, options?: SessionOptions): Promise<StorageState>
}

type Use<Value> = (value: Value) => Promise<void>

interface TestInfo {
  testId: string
  retry: number
  repeatEachIndex: number
  status?: string | undefined
  expectedStatus: string
}

/** The fixtures in the form of Playwright's `test.extend`. */
export interface PlaywrightFixtures {
  understudy: [(args: object, use: Use<Understudy>) => Promise<void>, { scope: 'worker' }]
  allowUnfired: [boolean, { option: true }]
  idp: [(args: Given<'understudy' | 'allowUnfired'>, use: Use<TaggedIssuer>, info: TestInfo) => Promise<void>, object]
  context: <Context extends CookieJar>(args: Given<'idp'> & { context: Context }, use: Use<Context>) => Promise<void>
  signIn: (args: Given<'idp'> & { context: CookieJar }, use: Use<UnderstudyTestFixtures['signIn']>) => Promise<void>
  signedIn: (args: Given<'idp'>, use: Use<UnderstudyTestFixtures['signedIn']>) => Promise<void>
}

type Given<Name extends keyof (UnderstudyTestFixtures & UnderstudyWorkerFixtures)> = Pick<
  UnderstudyTestFixtures & UnderstudyWorkerFixtures,
  Name
>

/**
 * Tags the browser of each test, so that faults and journal are the test's own at an issuer that all share; a test
 * whose armed fault never fired fails.
 *
 * @param source how the server is started, or where it runs; `issuer` names the one that the app under test knows
 * @example
 * ```ts
 * const test = base.extend<UnderstudyTestFixtures, UnderstudyWorkerFixtures>(
 *   understudy({ connect: 'http://localhost:9400' }),
 * )
 * ```
 */
export function understudy({
  issuer = 'default',
  ...source
}: UnderstudySource & { issuer?: string } = {}): PlaywrightFixtures {
  return {
    understudy: [
      // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from here what a fixture needs
      async ({}, use) => {
        const server = await openSource(source)
        await use(server)
        await server.close()
      },
      { scope: 'worker' },
    ],
    allowUnfired: [false, { option: true }],
    idp: [
      async ({ understudy, allowUnfired }, use, info) => {
        const idp = understudy.issuer(issuer).tagged([info.testId, info.repeatEachIndex, info.retry].join('-'))
        await use(idp)
        try {
          // Of a test that has failed, the first failure is the one to be read.
          if (!allowUnfired && info.status === info.expectedStatus) await idp.verify({ unfired: 'added' })
        } finally {
          await idp.disarm()
        }
      },
      {},
    ],
    context: async ({ context, idp }, use) => {
      await context.addCookies(idp.cookies)
      await use(context)
    },
    signIn: async ({ context: own, idp }, use) => {
      await use((user, { context = own, ...options } = {}) => signIn(context, idp, user, options))
    },
    signedIn: async ({ idp }, use) => {
      await use((user, options) => storageState(idp, user, options))
    },
  }
}
