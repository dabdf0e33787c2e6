import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { median } from '../rates.ts'
import { judge, type Row } from '../table.ts'

const created = 200

/** The part of the library that makes issuers at run time. */
interface Library {
  startUnderstudy(): Promise<{ createIssuer(settings: { name: string }): Promise<unknown>; close(): Promise<void> }>
}

/** How long one more issuer takes in a running process, by the library as built. */
export async function measureNewIssuer(): Promise<Row> {
  const row = { group: 'Scale, against Understudy itself', measure: 'a new issuer', unit: 'ms', ratios: {} }
  const { startUnderstudy }: Library = await import(
    pathToFileURL(join(import.meta.dirname, '../../dist/index.js')).href
  )
  const idp = await startUnderstudy()
  try {
    const times = []
    for (let index = 0; index < created; index += 1) {
      const startedMs = performance.now()
      await idp.createIssuer({ name: `bench-${index}` })
      times.push(performance.now() - startedMs)
    }
    const seen = median(times)
    return { ...row, values: { median: seen, slowest: Math.max(...times) }, ...judge('at most', 5, ' ms', [seen]) }
  } finally {
    await idp.close()
  }
}
