import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { cleanEnv } from './run.ts'

const execute = promisify(execFile)

async function youngMebibytes(...args: string[]): Promise<number> {
  const file = join(import.meta.dirname, 'allocate.ts')
  const { stdout } = await execute(process.execPath, [file, ...args], { env: cleanEnv() })
  return Number(stdout)
}

test('the room for young objects stays small, where V8 would let it grow', async () => {
  const [bound, free] = await Promise.all([youngMebibytes('--bound'), youngMebibytes()])

  expect(bound).toBeLessThanOrEqual(32)
  expect(free).toBeGreaterThan(bound)
})
