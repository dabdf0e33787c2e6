import { json, request } from '../http.ts'
import { median, perSecond } from '../rates.ts'
import { understudy } from '../servers.ts'
import { judge, type Row } from '../table.ts'

const created = 200

/**
 * What a test asks of the admin API between two flows: tokens without a flow, a reset, an issuer of its own.
 *
 * @param share of the full number of operations
 */
export async function* measureAdmin(share: number): AsyncGenerator<Row> {
  const server = await understudy('memory')()
  const api = `${server.url}/_understudy/api/issuers`
  const about = { group: 'Admin API', unit: 'per second', ratios: {} }
  try {
    for (const format of ['opaque', 'ES256']) {
      const client = `${format.toLowerCase()}-service`
      const mint = async () => json(await request(`${api}/default/tokens`, { json: { client } }), 201)
      yield { ...about, measure: `minting, ${format}`, values: { memory: await rateOf(mint, 4000 * share) } }
    }
    const reset = async () => json(await request(`${api}/default/reset`, { json: {} }), 204)
    yield { ...about, measure: 'reset', values: { memory: await rateOf(reset, 2000 * share) } }
    yield { ...about, ...(await measureCreation(api)) }
  } finally {
    await server.stop()
  }
}

/** Operations per second, once they are warm. */
async function rateOf(operate: () => Promise<unknown>, count: number): Promise<number> {
  await perSecond(new Array(Math.ceil(count / 4)).fill(''), operate)
  return perSecond(new Array(Math.ceil(count)).fill(''), operate)
}

async function measureCreation(api: string): Promise<Pick<Row, 'measure' | 'unit' | 'values' | 'target' | 'met'>> {
  const times: number[] = []
  for (let index = 0; index < created; index += 1) {
    const startedMs = performance.now()
    json(await request(api, { json: { name: `bench-${index}` } }), 201)
    times.push(performance.now() - startedMs)
  }
  const seen = median(times)
  const values = { median: seen, slowest: Math.max(...times) }
  return { measure: 'a new issuer', unit: 'ms', values, ...judge('at most', 5, ' ms', [seen]) }
}
