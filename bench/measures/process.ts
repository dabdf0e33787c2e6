import { clientCredentials, discover, type Endpoints } from '../flows.ts'
import { median, perSecond } from '../rates.ts'
import type { Launch, Server } from '../servers.ts'
import { judge, type Row } from '../table.ts'

const memoryRequests = 20_000

/** From the start of the process to the first 200 of discovery, contestants in turn. */
export async function measureReady(launches: Record<string, Launch>, rounds: number): Promise<Row> {
  const seen = nothingSeen(launches)
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, launch] of Object.entries(launches)) {
      const server = await launch()
      await server.stop()
      // The first start fills V8's compile cache.
      if (round >= 0) seen[name]?.push(server.readyMs)
    }
  }
  const values = Object.fromEntries(Object.entries(seen).map(([name, times]) => [name, median(times)]))
  return compared({ group: 'Process', measure: 'start to first answer', unit: 'ms' }, values, 0.85)
}

/** Resident memory after 20,000 client credentials requests, each contestant in fresh processes. */
export async function measureMemory(launches: Record<string, Launch>, rounds: number): Promise<Row> {
  const seen = nothingSeen(launches)
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, launch] of Object.entries(launches)) {
      const server = await launch()
      await load(server, name === 'peer' ? 'any-client' : 'opaque-service')
      seen[name]?.push(server.rssBytes() / 2 ** 20)
      await server.stop()
    }
  }
  const values = Object.fromEntries(Object.entries(seen).map(([name, sizes]) => [name, median(sizes)]))
  const measure = `memory after ${memoryRequests.toLocaleString('en')} requests`
  return compared({ group: 'Process', measure, unit: 'MiB' }, values, 0.8)
}

function nothingSeen(launches: Record<string, Launch>): Record<string, number[]> {
  return Object.fromEntries(Object.keys(launches).map((name) => [name, []]))
}

async function load(server: Server, client: string): Promise<void> {
  const at: Endpoints = await discover(server.url)
  await perSecond(new Array(memoryRequests).fill(client), (name: string) => clientCredentials(at, name))
}

/** A row in which less is better, and peers are context. */
function compared(about: Pick<Row, 'group' | 'measure' | 'unit'>, values: Record<string, number>, atMost: number): Row {
  const { bare = Number.NaN, ...others } = values
  const ratios = Object.fromEntries(Object.entries(others).map(([name, value]) => [name, value / bare]))
  const judged = Object.entries(ratios).filter(([name]) => name !== 'peer')
  return {
    ...about,
    values,
    ratios,
    ...judge(
      'at most',
      atMost,
      '',
      judged.map(([, seen]) => seen),
    ),
  }
}
