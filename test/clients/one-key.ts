import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'

let made: Promise<string> | undefined

/** A file of keys that has but one. */
export function oneKey(): Promise<string> {
  made ??= make()
  return made
}

async function make(): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const file = join(await mkdtemp(join(tmpdir(), 'understudy-one-key-')), 'keys.json')
  await writeFile(file, JSON.stringify({ keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256' }] }))
  return file
}
