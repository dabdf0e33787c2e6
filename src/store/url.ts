import { existsSync } from 'node:fs'

/** The file of a store by `json:PATH`; undefined where the URL names no file. */
export function fileOf(url: string): string | undefined {
  return /^json:(.+)$/.exec(url)?.[1]
}

/** Whether the store of this URL holds nothing yet, as far as a look at it can tell. */
export function isNew(url: string): boolean {
  const file = fileOf(url)
  return url === 'memory' || (file !== undefined && !existsSync(file))
}
