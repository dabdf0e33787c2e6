import { UnderstudyError } from '../errors.ts'
import { jsonStore } from './json.ts'
import { memoryStore } from './memory.ts'
import type { Store } from './store.ts'
import { fileOf } from './url.ts'

/**
 * Opens the store that a URL names: `memory`, or `json:PATH`.
 *
 * @throws UnderstudyError `ERR_STORE_URL` where it names none, else as the driver does
 */
export async function openStore(url: string): Promise<Store> {
  if (url === 'memory') return memoryStore()
  const file = fileOf(url)
  if (file !== undefined) return jsonStore(file)
  throw new UnderstudyError(
    'ERR_STORE_URL',
    400,
    `Failed to open the store "${url}": it names no kind of store. Use "memory", or "json:PATH" such as json:data/store.json.`,
  )
}
