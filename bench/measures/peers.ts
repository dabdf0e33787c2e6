import { clientCredentials, discover } from '../flows.ts'
import { compared, interleave, type Job } from '../rates.ts'
import type { Server } from '../servers.ts'
import type { Row } from '../table.ts'

/** RS256 client credentials of another mock, for context: it keeps nothing and checks little. */
export async function measurePeer(bare: Server, peer: Server, count: number, rounds: number): Promise<Row> {
  const jobs: Job<string>[] = []
  for (const server of [bare, peer]) {
    const at = await discover(server.url)
    const work = {
      prepare: async (length: number) => new Array<string>(length).fill('rs256-service'),
      operate: (client: string) => clientCredentials(at, client),
    }
    jobs.push({ server, work })
  }
  return {
    group: 'For context: oauth2-mock-server',
    measure: 'client credentials, rs256',
    unit: 'per second',
    ...compared(['bare', 'peer'], await interleave(jobs, count, rounds)),
  }
}
