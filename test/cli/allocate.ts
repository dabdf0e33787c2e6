/** Makes garbage around objects that stay, then tells how much room V8 has taken for young objects. */
import { setImmediate } from 'node:timers/promises'
import { boundYoungGeneration, youngBytes } from '../../src/cli/heap.ts'

if (process.argv.includes('--bound')) boundYoungGeneration()
const kept: object[] = []
for (let round = 0; round < 2000; round += 1) {
  for (let index = 0; index < 5000; index += 1) kept[index % 20_000] = { round, index, of: [round] }
  await setImmediate()
}
console.log(youngBytes() / 2 ** 20)
