import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { jsonStore } from '../../src/store/json.ts'
import { testFolder } from './folder.ts'

const writer = join(import.meta.dirname, 'children', 'writer.ts')

/** Lets a process write from `first` on, kills it after so many acknowledgements, and gives the last number acknowledged. */
async function writeAndKill(file: string, first: number, count: number): Promise<number> {
  const child = spawn(process.execPath, [writer, file, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let last = -1
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line)
    if (last >= first + count) child.kill('SIGKILL')
  }
  if (child.signalCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')
  return last
}

test('kill -9 under load loses no acknowledged write', async () => {
  const file = join(testFolder(), 'store.json')
  let next = 0
  for (const count of [3_500, 1_111, 2_718, 6_000]) {
    const last = await writeAndKill(file, next, count)
    const store = await jsonStore(file)
    const bucket = store.bucket('default')
    for (let n = Math.max(0, last - 2999); n <= last; n += 1) {
      const held = Number((await bucket.get('Token', `t${n % 3000}`))?.value)
      expect(held % 3000).toBe(n % 3000)
      expect(held).toBeGreaterThanOrEqual(n)
    }
    await store.close()
    next = last + 1
  }
  const generations = readdirSync(dirname(file)).map((name) => Number(/(\d+)\.log$/.exec(name)?.[1] ?? 0))
  expect(Math.max(...generations)).toBeGreaterThan(3)
})
