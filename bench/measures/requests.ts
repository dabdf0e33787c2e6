import * as flows from '../flows.ts'
import { CookieJar, request } from '../http.ts'
import { compared, interleave, type Job, type Work } from '../rates.ts'
import type { Server } from '../servers.ts'
import { judge, type Row } from '../table.ts'

/** A kind of request: what it does at a server, how often, and its least ratio to bare oidc-provider. */
interface Kind {
  measure: string
  count: number
  atLeast: number
  /** Understudy's issuer that is asked, where it is not the root. */
  issuer?: string
  work(at: flows.Endpoints): Promise<Work<string>>
}

const each = (operate: () => Promise<unknown>): Work<string> => ({
  prepare: async (count) => new Array<string>(count).fill(''),
  operate,
})

/** Work that fetches a document; to read it would measure the client, and one that tells of more features by more. */
const eachDocument = (url: string): Work<string> =>
  each(async function fetchDocument() {
    const { status } = await request(url)
    if (status !== 200) throw new Error(`expected 200, got ${status} of ${url}`)
  })

/** Work that uses up one fresh token an operation. */
const eachToken = (issue: () => Promise<string>, operate: (token: string) => Promise<unknown>): Work<string> => ({
  prepare: (count) => Promise.all(Array.from({ length: count }, issue)),
  operate,
})

/** The algorithm of a JWT, or `opaque`. */
function formatOf(token: string): string {
  const [header = '', payload] = token.split('.')
  return payload === undefined ? 'opaque' : JSON.parse(Buffer.from(header, 'base64url').toString()).alg
}

const kinds: Kind[] = [
  {
    measure: 'discovery',
    count: 45_000,
    atLeast: 1,
    work: async ({ issuer }) => eachDocument(`${issuer}/.well-known/openid-configuration`),
  },
  { measure: 'JWKS', count: 45_000, atLeast: 1, work: async ({ jwks_uri: url }) => eachDocument(url) },
  {
    measure: 'userinfo',
    count: 8000,
    atLeast: 1,
    async work(at) {
      const token = (await flows.login(at)).access_token ?? ''
      return each(() => flows.userinfo(at, token))
    },
  },
  ...['opaque', 'RS256', 'ES256'].map((format) => ({
    measure: `client credentials, ${format}`,
    count: 5000,
    atLeast: 0.9,
    ...(format === 'ES256' && { issuer: 'es256' }),
    async work(at: flows.Endpoints) {
      const client = `${format.toLowerCase()}-service`
      const seen = formatOf(await flows.clientCredentials(at, client))
      if (seen !== format) throw new Error(`${at.issuer} hands out ${seen} tokens where ${format} is measured`)
      return each(() => flows.clientCredentials(at, client))
    },
  })),
  {
    measure: 'refresh',
    count: 3000,
    atLeast: 0.9,
    async work(at) {
      // Rotation chains tokens: as many chains as there are requests in flight, so that no token is used twice.
      const chains = await Promise.all(
        Array.from({ length: 16 }, async () => (await flows.login(at)).refresh_token ?? ''),
      )
      return each(async function rotate() {
        chains.push(await flows.refresh(at, chains.shift() ?? ''))
      })
    },
  },
  { measure: 'login by page, to tokens', count: 700, atLeast: 0.9, work: async (at) => each(() => flows.login(at)) },
  {
    measure: 'code in a session, to tokens',
    count: 1500,
    atLeast: 0.9,
    async work(at) {
      const jar = new CookieJar()
      await flows.authorize(at, jar)
      return each(async () => flows.exchange(at, await flows.authorize(at, jar)))
    },
  },
  {
    measure: 'introspection',
    count: 8000,
    atLeast: 0.9,
    async work(at) {
      const token = (await flows.login(at)).access_token ?? ''
      return each(() => flows.introspect(at, token))
    },
  },
  {
    measure: 'revocation',
    count: 4000,
    atLeast: 0.9,
    work: async (at) =>
      eachToken(
        () => flows.clientCredentials(at, 'opaque-service'),
        (token) => flows.revoke(at, token),
      ),
  },
  { measure: 'device request and poll', count: 2500, atLeast: 0.9, work: async (at) => each(() => flows.device(at)) },
]

/**
 * Requests per second of each kind, against bare oidc-provider.
 *
 * @param bare the yardstick
 * @param stores Understudy by store
 * @param share of the full number of operations
 */
export async function* measureRequests(
  bare: Server,
  stores: Record<string, Server>,
  share: number,
  rounds: number,
): AsyncGenerator<Row> {
  for (const kind of kinds) {
    const row = { group: 'Requests, against bare oidc-provider', measure: kind.measure, unit: 'per second' }
    try {
      const servers = { bare, ...stores }
      const jobs: Job<string>[] = []
      for (const server of Object.values(servers)) {
        const issuer = kind.issuer && server !== bare ? `${server.url}/${kind.issuer}` : server.url
        jobs.push({ server, work: await kind.work(await flows.discover(issuer)) })
      }
      const seen = compared(Object.keys(servers), await interleave(jobs, kind.count * share, rounds))
      yield { ...row, ...seen, ...judge('at least', kind.atLeast, '', Object.values(seen.ratios)) }
    } catch (error) {
      yield {
        ...row,
        values: {},
        ratios: {},
        target: `≥ ${kind.atLeast}`,
        met: false,
        failure: (error as Error).message,
      }
    }
  }
}
