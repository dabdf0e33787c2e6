import { writeSync } from 'node:fs'
import { jsonStore } from '../../../src/store/json.ts'

/** Writes for ever, several writes a turn, and says the number of each as soon as it is acknowledged. */
const [file = '', first = '0'] = process.argv.slice(2)
const store = await jsonStore(file, { compactAtBytes: 100_000 })
const bucket = store.bucket('default')

for (let n = Number(first); ; n += 4) {
  const numbers = [n, n + 1, n + 2, n + 3]
  await Promise.all(numbers.map((each) => bucket.put('Token', `t${each % 3000}`, { value: each })))
  writeSync(1, numbers.map((each) => `${each}\n`).join(''))
}
