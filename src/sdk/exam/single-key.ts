import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import type { IssuerModule } from '../../fixtures/define.ts'
import type { Understudy } from '../understudy.ts'

/** Starts a server whose root issuer is as declared, and has one key alone; by HTTPS where others are. */
export async function startWithSingleKey(declared: IssuerModule, https: boolean): Promise<Understudy> {
  const { startUnderstudy } = await import('../start.ts')
  const folder = await mkdtemp(join(tmpdir(), 'understudy-exam-'))
  const remove = () => rm(folder, { recursive: true })
  const keys = join(folder, 'keys.json')
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  await writeFile(keys, JSON.stringify({ keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256' }] }))
  try {
    const idp = await startUnderstudy({ fixtures: { ...declared, keys }, watch: false, https })
    return { ...idp, close: () => idp.close().finally(remove) }
  } catch (error) {
    await remove()
    throw error
  }
}
