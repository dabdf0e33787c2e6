import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { clientCredentials, discover } from '../flows.ts'
import { compared, interleave, type Job } from '../rates.ts'
import { type Server, understudy } from '../servers.ts'
import { judge, type Row } from '../table.ts'

const group = 'Scale, against Understudy itself'
const liveRecords = 100_000
const manyUsers = 10_000
const manyClients = 1_000

/** What the json store is asked for here; the port is declared in the store's own room. */
interface OpenStore {
  openStore(url: string): Promise<{
    bucket(name: string): { put(collection: string, id: string, record: object): void | Promise<void> }
    close(): Promise<void>
  }>
}

/** Client credentials over a json store with 100,000 live records, against an empty one. */
export async function measureFullStore(folder: string, count: number, rounds: number): Promise<Row> {
  const full = `json:${join(folder, 'full.json')}`
  await fill(full)
  const servers = { empty: await understudy(`json:${join(folder, 'empty.json')}`)(), full: await understudy(full)() }
  try {
    return await compareRates('json store, 100,000 live records', servers, () => 'opaque-service', count, rounds)
  } finally {
    for (const server of Object.values(servers)) await server.stop()
  }
}

async function fill(url: string): Promise<void> {
  const { openStore }: OpenStore = await import(
    pathToFileURL(join(import.meta.dirname, '../../src/store/open.ts')).href
  )
  const store = await openStore(url)
  const bucket = store.bucket('default')
  const expiresAtSeconds = Math.floor(Date.now() / 1000) + 86_400
  for (let batch = 0; batch < liveRecords; batch += 1000) {
    const ids = Array.from({ length: 1000 }, (_, index) => `filler-${batch + index}`)
    const value = {
      kind: 'ClientCredentials',
      clientId: 'opaque-service',
      iat: expiresAtSeconds,
      exp: expiresAtSeconds,
    }
    await Promise.all(
      ids.map((jti) => bucket.put('ClientCredentials', jti, { value: { ...value, jti }, expiresAtSeconds })),
    )
  }
  await store.close()
}

/** The start with 10,000 users and 1,000 clients, and client credentials by each of those clients in turn. */
export async function* measureManyFixtures(folder: string, count: number, rounds: number): AsyncGenerator<Row> {
  const [few, many] = [join(folder, 'few.yaml'), join(folder, 'many.yaml')]
  writeFileSync(few, fixturesOf(10, 1))
  writeFileSync(many, fixturesOf(manyUsers, manyClients))
  const servers = { few: await understudy('memory', few)(), many: await understudy('memory', many)() }
  try {
    const values = { few: servers.few.readyMs, many: servers.many.readyMs }
    const about = { group, measure: 'start with 10,000 users, 1,000 clients', unit: 'ms' }
    yield { ...about, values, ratios: {}, ...judge('at most', 1500, ' ms', [values.many]) }
    let turn = 0
    const clientOf = (name: string) => (name === 'many' ? `client-${turn++ % manyClients}` : 'client-0')
    yield await compareRates('10,000 users, 1,000 clients', servers, clientOf, count, rounds)
  } finally {
    for (const server of Object.values(servers)) await server.stop()
  }
}

function fixturesOf(users: number, clients: number): string {
  const lines = ['access_token: { format: opaque }', 'users:']
  for (let index = 0; index < users; index += 1) {
    lines.push(`  - username: user-${index}`, `    password: secret-${index}`)
    lines.push(
      `    claims: { name: User ${index}, email: user-${index}@example.com, groups: [staff, group-${index % 50}] }`,
    )
  }
  lines.push('clients:')
  for (let index = 0; index < clients; index += 1) {
    lines.push(`  - client_id: client-${index}`, '    client_secret: service-secret')
    lines.push('    grant_types: [client_credentials]')
  }
  return `${lines.join('\n')}\n`
}

/** Client credentials at two servers, the second against the first. */
async function compareRates(
  measure: string,
  servers: Record<string, Server>,
  clientOf: (name: string) => string,
  count: number,
  rounds: number,
): Promise<Row> {
  const jobs: Job<string>[] = []
  for (const [name, server] of Object.entries(servers)) {
    const at = await discover(server.url)
    const work = {
      prepare: async (length: number) => Array.from({ length }, () => clientOf(name)),
      operate: (client: string) => clientCredentials(at, client),
    }
    jobs.push({ server, work })
  }
  const seen = compared(Object.keys(servers), await interleave(jobs, count, rounds))
  return {
    group,
    measure: `client credentials, ${measure}`,
    unit: 'per second',
    ...seen,
    ...judge('at least', 0.9, '', Object.values(seen.ratios)),
  }
}
