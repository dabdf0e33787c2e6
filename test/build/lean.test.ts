import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { leanPackages } from '../../scripts/lean.ts'

/** What the edits change, as the packages have it and as the bundle does. */
interface Packages {
  parse(query: string): Record<string, unknown>
  redirectUri(uri: string, payload: Record<string, unknown>, mode: string): string
  merge(target: object, ...sources: unknown[]): object
  rejectDupes(options: object, ctx: object, next: () => unknown): unknown
  token: ((ctx: object, next: () => Promise<void>) => Promise<void>)[]
  interactions(ctx: object, next: () => unknown): Promise<unknown>
  Params: new (names: Iterable<string>, given: Record<string, unknown>) => { toPlainObject(): object }
  getIdToken(provider: object): new (available: object, context: object) => IdToken
  setField(this: object, field: unknown, value?: unknown): void
  getClaims(provider: object): new (available: object, context: object) => { mask(value: unknown): void } & Result
  getBaseToken(provider: object): Models
  getBaseModel(provider: object): Models
  payloadOf(provider: object, token: object): Promise<{ payload: object }>
  setReader(read: (provider: unknown) => unknown): void
}

interface IdToken {
  payload(): Promise<object>
  issue(options: { use: string }): Promise<string>
}

interface Result {
  result(): Promise<object>
}

type Models = new (input?: object) => object

const names: Record<Exclude<keyof Packages, 'setReader' | 'payloadOf' | 'parse' | 'setField'>, string> = {
  redirectUri: 'helpers/redirect_uri.js',
  merge: 'helpers/_/merge.js',
  rejectDupes: 'shared/reject_dupes.js',
  token: 'actions/token.js',
  interactions: 'actions/authorization/interactions.js',
  getClaims: 'helpers/claims.js',
  getIdToken: 'models/id_token.js',
  Params: 'helpers/params.js',
  getBaseToken: 'models/base_token.js',
  getBaseModel: 'models/base_model.js',
}

const root = join(import.meta.dirname, '../..')

async function load(plugins: Plugin[]): Promise<Packages> {
  const lib = join(root, 'node_modules/oidc-provider/lib')
  const contents = [
    ...Object.entries(names).map(
      ([name, file]) => `export { default as ${name} } from ${JSON.stringify(join(lib, file))}`,
    ),
    `export { setReader } from ${JSON.stringify(join(lib, 'helpers/weak_cache.js'))}`,
    `export { getValueAndPayload as payloadOf } from ${JSON.stringify(join(lib, 'models/formats/opaque.js'))}`,
    `export { parse } from ${JSON.stringify(join(root, 'node_modules/koa/lib/search-params.js'))}`,
    `import koaResponse from ${JSON.stringify(join(root, 'node_modules/koa/lib/response.js'))}`,
    'export const setField = koaResponse.set',
  ].join('\n')
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(${JSON.stringify(root)});`,
    },
    plugins,
    logLevel: 'silent',
  })
  const [{ text = '' } = {}] = outputFiles ?? []
  const packages: Packages = await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`)
  packages.setReader(() => settings)
  return packages
}

/** What oidc-provider knows of a provider, as far as is asked for here. */
const settings = {
  configuration: {
    claims: {},
    clientAuthMethods: new Set(['client_secret_post']),
    claimsSupported: new Set(['sub', 'name', 'email', 'address', '1']),
    ttl: { Token: 60, AccessToken: 60, IdToken: 60 },
    formats: { bitsOfOpaqueRandomness: 256 },
    extraTokenClaims: () => ({ extra: true }),
    cookies: { short: {} },
    interactions: { url: () => '/interaction', policy: [] as object[] },
  },
  grantTypeParams: new Map([
    [undefined, new Set(['grant_type', 'code', 'refresh_token', 'scope'])],
    ['refresh_token', new Set(['grant_type', 'refresh_token', 'scope'])],
  ]),
  BaseModel: undefined as unknown,
}

const [usual, lean] = await Promise.all([load([]), load(leanPackages)])

/** What a function gives, or how it fails. */
async function outcomeOf(run: () => unknown): Promise<unknown> {
  try {
    return { gives: await run() }
  } catch (error) {
    return { fails: (error as Error).message, as: (error as { error?: string }).error }
  }
}

/** Expects both to do the same, members in the same order. */
async function expectAlike(run: (packages: Packages) => unknown): Promise<void> {
  const [expected, seen] = await Promise.all([outcomeOf(() => run(usual)), outcomeOf(() => run(lean))])
  expect(seen).toEqual(expected)
  expect(JSON.stringify(seen)).toBe(JSON.stringify(expected))
}

const key = fc.oneof(
  fc.constantFrom('a', 'code', '1', '0', 'toString', '__proto__', 'constructor', 'sub', 'name'),
  fc.string(),
)
const words = fc.constantFrom('grant_type', 'code', 'refresh_token', 'scope', 'client_id', 'client_secret', 'other')

describe('packages in the bundle do what they do elsewhere', () => {
  test('koa reads a query', async () => {
    const pairs = fc.array(fc.tuple(key, fc.string({ unit: 'binary' })), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(pairs, (sent) => expectAlike(({ parse }) => parse(String(new URLSearchParams(sent))))),
    )
    for (const query of ['', '&&', '=', 'a&a', '%zz=%', '__proto__=1&__proto__=2', 'a=1&b&a=2&a=3']) {
      await expectAlike(({ parse }) => Object.getOwnPropertyDescriptors(parse(query)))
    }
  })

  test('koa sets header fields', async () => {
    const name = fc.constantFrom('Content-Type', 'content-length', 'x-own', '')
    const value = fc.oneof(fc.string(), fc.array(fc.string(), { maxLength: 2 }), fc.integer(), fc.constant(undefined))
    const fields = fc.oneof(fc.tuple(name, value), fc.tuple(fc.dictionary(name, value)))
    await fc.assert(
      fc.asyncProperty(fields, fc.boolean(), (given, headerSent) =>
        expectAlike(({ setField }) => {
          const seen: unknown[] = []
          setField.call({ headerSent, res: { setHeader: (...field: unknown[]) => seen.push(field) } }, ...given)
          return seen
        }),
      ),
    )
  })

  test('oidc-provider sends on to a redirect URI', async () => {
    const uris = fc.constantFrom(
      'http://x/cb',
      'http://x/cb?',
      'http://x/cb?code=1&a=%20 b',
      'app:/cb',
      'app:cb',
      'x://h?#f',
    )
    const payload = fc.dictionary(key, fc.option(fc.string(), { nil: undefined }), { maxKeys: 4 })
    await fc.assert(
      fc.asyncProperty(uris, payload, fc.constantFrom('query', 'fragment', undefined), (uri, sent, mode) =>
        expectAlike(({ redirectUri }) => redirectUri(uri, sent, mode as string)),
      ),
    )
  })

  test('oidc-provider merges maps', async () => {
    const maps = fc.array(fc.oneof(fc.object({ key, maxDepth: 2 }), fc.constantFrom(null, undefined, 'text', [1])), {
      maxLength: 4,
    })
    await fc.assert(fc.asyncProperty(maps, (given) => expectAlike(({ merge }) => merge({}, ...structuredClone(given)))))
  })

  test('oidc-provider refuses parameters that come twice', async () => {
    const params = fc.dictionary(words, fc.oneof(fc.string(), fc.array(fc.string()), fc.constant(undefined)))
    const options = fc.constantFrom({}, { only: new Set(['code']) }, { except: new Set(['scope', 'code']) })
    await fc.assert(
      fc.asyncProperty(params, options, (sent, which) =>
        expectAlike(({ rejectDupes }) => {
          const ctx = { oidc: { params: structuredClone(sent) } }
          return rejectDupes(which, ctx, () => Object.entries(ctx.oidc.params))
        }),
      ),
    )
  })

  test('oidc-provider leaves out what a grant knows nothing of', async () => {
    const at = usual.token.findIndex(({ name }) => name === 'stripGrantIrrelevantParams')
    const params = fc.dictionary(words, fc.string())
    await fc.assert(
      fc.asyncProperty(params, fc.constantFrom('refresh_token', 'unknown', undefined), (sent, grantType) =>
        expectAlike(async ({ token, Params }) => {
          const strip = token[at]
          const given = { ...sent, grant_type: grantType }
          const oidc = { provider: {}, params: new Params(Object.keys(given), given) }
          await strip?.({ oidc }, async () => {})
          return [Object.entries(oidc.params), oidc.params.toPlainObject()]
        }),
      ),
    )
  })

  test('oidc-provider asks the checks of a prompt', async () => {
    const answer = fc.constantFrom(
      true,
      false,
      Promise.resolve(true),
      Promise.resolve(false),
      'neither',
      undefined,
      Promise.resolve(undefined),
    )
    const prompts = fc.array(fc.array(answer, { maxLength: 3 }), { maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(prompts, fc.boolean(), (given, isSilent) =>
        expectAlike(async ({ interactions }) => {
          const policy = given.map((checks, index) => ({
            name: `prompt${index}`,
            details: () => ({ prompt: index }),
            checks: checks.map((check, at) => ({
              reason: `reason${at}`,
              description: `check ${at}`,
              error: at === 0 ? undefined : 'login_required',
              details: async () => ({ [at]: at }),
              check: () => check,
            })),
          }))
          settings.configuration.interactions.policy = policy
          class Interaction {
            constructor(_: string, { prompt }: { prompt: object }) {
              throw new Error(JSON.stringify(prompt))
            }
          }
          const params = { toPlainObject: () => ({}) }
          const known = { session: {}, entities: {}, params, promptPending: () => isSilent, urlFor: () => '' }
          return interactions({ oidc: { ...known, provider: { Interaction } } }, () => undefined)
        }),
      ),
    )
  })

  test('oidc-provider chooses claims', async () => {
    const wish = fc.constantFrom(null, { essential: true }, 'text', undefined, [])
    const claim = fc.constantFrom('sub', 'name', 'email', 'address', '1', 'unknown')
    const wishes = fc.dictionary(claim, wish)
    const available = fc.dictionary(claim, fc.anything({ maxDepth: 1 }))
    class Client {}
    await fc.assert(
      fc.asyncProperty(wishes, available, (wanted, claims) =>
        expectAlike(({ getClaims }) => {
          const Claims = getClaims({ Client })
          const chosen = new Claims(structuredClone(claims), { client: new Client() })
          chosen.mask(wanted)
          return chosen.result()
        }),
      ),
    )
  })

  test('oidc-provider hashes what ID tokens bind', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const hashes = fc.dictionary(fc.constantFrom('at_hash', 'c_hash', 's_hash', 'nonce'), fc.string({ unit: 'binary' }))
    await fc.assert(
      fc.asyncProperty(hashes, fc.constantFrom('HS256', 'HS384', 'HS512'), (claims, alg) =>
        expectAlike(async ({ getIdToken }) => {
          const symmetricKeyStore = { selectForSign: () => [], getKeyObject: () => Buffer.alloc(64, 'k') }
          const client = {
            clientId: 'c',
            idTokenSignedResponseAlg: alg,
            checkClientSecretExpiration() {},
            symmetricKeyStore,
          }
          const token = new (getIdToken({ issuer: 'http://x' }))({}, { client })
          token.payload = async () => ({ sub: 'alice', ...claims })
          const signed = await token.issue({ use: 'idtoken' })
          return Buffer.from(signed.split('.')[1] ?? '', 'base64url').toString()
        }),
      ),
    )
  })

  test('oidc-provider makes and stores its records', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const member = fc.constantFrom(
      'jti',
      'kind',
      'iat',
      'exp',
      'clientId',
      'client',
      'expiresIn',
      'resourceServer',
      'x',
      '__proto__',
    )
    const value = fc.oneof(
      fc.integer({ min: 1 }),
      fc.constant('Token'),
      fc.constant(undefined),
      fc.constant({ clientId: 'c' }),
    )
    const input = fc.option(fc.dictionary(member, value), { nil: undefined })
    await fc.assert(
      fc.asyncProperty(input, fc.constantFrom('Token', 'AccessToken'), (given, kind) =>
        expectAlike(async ({ getBaseModel, getBaseToken, payloadOf }) => {
          settings.BaseModel = getBaseModel({})
          const Token = { [kind]: class extends getBaseToken({}) {} }[kind] as Models
          const token = new Token(given && { ...given, iat: given.iat ?? 1, exp: given.exp ?? 2 })
          const { payload } = await payloadOf({}, token)
          return { token: Object.entries(token), payload: Object.entries(payload) }
        }),
      ),
    )
  })
})
