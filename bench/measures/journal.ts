import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clientCredentials, discover } from '../flows.ts'
import { compared, interleave, type Job } from '../rates.ts'
import { benchFixtures, understudy } from '../servers.ts'
import { judge, type Row } from '../table.ts'

/**
 * Client credentials where every request is journalled and the admin API stands on the same port, against a server that
 * keeps no journal and has its admin API elsewhere.
 */
export async function* measureJournal(folder: string, count: number, rounds: number): AsyncGenerator<Row> {
  const bare = join(folder, 'no-journal.yaml')
  writeFileSync(bare, `journal: { max_entries: 0 }\n${readFileSync(benchFixtures, 'utf8')}`)
  const servers = {
    without: await understudy('memory', bare, ['--admin-port', '0'])(),
    with: await understudy('memory')(),
  }
  try {
    for (const format of ['opaque', 'ES256']) {
      const client = `${format.toLowerCase()}-service`
      const jobs: Job<string>[] = []
      for (const server of Object.values(servers)) {
        const at = await discover(server.url)
        const work = {
          prepare: async (length: number) => new Array<string>(length).fill(client),
          operate: (name: string) => clientCredentials(at, name),
        }
        jobs.push({ server, work })
      }
      const seen = compared(Object.keys(servers), await interleave(jobs, count, rounds))
      yield {
        group: 'Journal and admin API, against none on the port',
        measure: `client credentials, ${format}`,
        unit: 'per second',
        ...seen,
        // A few percent are less than what else the machine does changes a rate.
        ...judge('at least', 0.95, ' by CPU', Object.values(seen.cpuRatios)),
      }
    }
  } finally {
    for (const server of Object.values(servers)) await server.stop()
  }
}
