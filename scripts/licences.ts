import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The licences of the packages that a bundle contains, as one text.
 *
 * @param root the folder that `inputs` are relative to
 * @param inputs the bundled files; those outside node_modules are the project's own
 * @throws when a package's manifest cannot be read
 */
export function licencesOf(root: string, inputs: readonly string[]): string {
  const folders = new Set<string>()
  for (const input of inputs) {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]
    if (folder !== undefined) folders.add(folder)
  }
  return [...folders]
    .sort()
    .map((folder) => licenceOf(join(root, folder)))
    .join(`\n${'-'.repeat(80)}\n\n`)
}

function licenceOf(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|notice)/i.test(name))
  const texts = files.map((name) => readFileSync(join(folder, name), 'utf8').trim())
  return [`${manifest.name} ${manifest.version} (${manifest.license})`, ...texts, ''].join('\n\n')
}
