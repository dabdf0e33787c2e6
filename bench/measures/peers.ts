import { clientCredentials, discover } from '../flows.ts'
import { interleave, median, ratio, type Work } from '../rates.ts'
import type { Server } from '../servers.ts'
import type { Row } from '../table.ts'

/** RS256 client credentials of another mock, for context: it keeps nothing and checks little. */
export async function measurePeer(bare: Server, peer: Server, count: number, rounds: number): Promise<Row> {
  const works: Work<string>[] = []
  for (const { url } of [bare, peer]) {
    const at = await discover(url)
    works.push({
      prepare: async (length) => new Array<string>(length).fill('rs256-service'),
      operate: (client) => clientCredentials(at, client),
    })
  }
  const [yardstick = [], seen = []] = await interleave(works, count, rounds)
  return {
    group: 'For context: oauth2-mock-server',
    measure: 'client credentials, rs256',
    unit: 'per second',
    values: { bare: median(yardstick), peer: median(seen) },
    ratios: { peer: ratio(seen, yardstick) },
  }
}
