import * as flows from '../flows.ts'
import { CookieJar, request } from '../http.ts'
import { compared, interleave, type Job, type Seen, type Work } from '../rates.ts'
import { type Launch, type Server, withServers } from '../servers.ts'
import { judge, type Row } from '../table.ts'

/** A kind of request: what it does at a server, how often, and its least ratio to bare oidc-provider. */
interface Kind {
  measure: string
  count: number
  atLeast: number
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

/** How much is asked for. */
interface Amount {
  /** Servers are started anew so often: how V8 happens to compile one makes several percent, for as long as it lives. */
  processes: number
  /** Of the full number of operations, by each. */
  share: number
  /** By each. */
  rounds: number
}

/**
 * Requests per second of each kind, against bare oidc-provider.
 *
 * @param launches the yardstick first
 */
export async function measureRequests(launches: Record<string, Launch>, amount: Amount): Promise<Row[]> {
  const names = Object.keys(launches)
  const seen = new Map<Kind, Seen[]>()
  const failures = new Map<Kind, string>()
  for (let started = 0; started < amount.processes; started += 1) {
    await withServers(launches, async function measureAll(servers) {
      for (const kind of kinds) {
        const before = seen.get(kind) ?? names.map(nothingSeen)
        try {
          seen.set(kind, joined(before, await measureKind(kind, Object.values(servers), amount)))
        } catch (error) {
          failures.set(kind, (error as Error).message)
        }
      }
    })
  }
  return kinds.map((kind) => rowOf(kind, names, seen.get(kind), failures.get(kind)))
}

async function measureKind(kind: Kind, servers: Server[], { share, rounds }: Amount): Promise<Seen[]> {
  const jobs: Job<string>[] = []
  for (const server of servers) jobs.push({ server, work: await kind.work(await flows.discover(server.url)) })
  return interleave(jobs, kind.count * share, rounds)
}

function nothingSeen(): Seen {
  return { rates: [], cpuRates: [] }
}

/** What was seen of contestants by several processes. */
function joined(before: readonly Seen[], after: readonly Seen[]): Seen[] {
  return before.map(({ rates, cpuRates }, index) => ({
    rates: [...rates, ...(after[index]?.rates ?? [])],
    cpuRates: [...cpuRates, ...(after[index]?.cpuRates ?? [])],
  }))
}

function rowOf(kind: Kind, names: readonly string[], seen: Seen[] | undefined, failure: string | undefined): Row {
  const { measure, atLeast } = kind
  const row = { group: 'Requests, against bare oidc-provider', measure, unit: 'per second' }
  if (seen === undefined || failure !== undefined) {
    return {
      ...row,
      values: {},
      ratios: {},
      target: `≥ ${atLeast}`,
      met: false,
      failure: failure ?? 'nothing was seen',
    }
  }
  const told = compared(names, seen)
  return { ...row, ...told, ...judge('at least', atLeast, '', Object.values(told.ratios)) }
}
