import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../../src/http/web/package-root.ts'

test('the root is found from a bundle, past the package.json of another', async () => {
  const root = await mkdtemp(join(tmpdir(), 'understudy-root-'))
  await mkdir(join(root, 'dist/nested'), { recursive: true })
  await writeFile(join(root, 'package.json'), '{"name": "understudy-idp"}')
  await writeFile(join(root, 'dist/package.json'), '{"type": "module"}')

  const found = packageRoot(join(root, 'dist/nested'))

  expect(found).toBe(root)
  await rm(root, { recursive: true })
})

test('a folder outside the package is told so', () => {
  expect(() => packageRoot(tmpdir())).toThrow(/Failed to find the pages/)
})
