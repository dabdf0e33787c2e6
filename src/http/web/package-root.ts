import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const packageName = 'understudy-idp'

/**
 * The folder that holds `views/` and `public/`: the nearest one above whose package.json is ours.
 *
 * Walking up finds it from `src/http/web/` in a checkout and from `dist/` in a bundle alike.
 *
 * @param from an absolute folder; by default that of the running module
 */
export function packageRoot(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === packageName) return folder
    if (folder === dirname(folder)) {
      throw new Error(
        `Failed to find the pages: no folder above ${from} is the package ${packageName}. Install it anew.`,
      )
    }
  }
}
