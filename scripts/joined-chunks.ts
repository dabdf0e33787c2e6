import { renameSync, rmSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { type ModuleInfo, type RollupLog, rollup } from 'rollup'

/**
 * Joins the chunks that are loaded for the same reasons.
 *
 * A bundler that splits makes a chunk for every set of files that some entries share, those of `import()` too; a start
 * loads three dozen, and each costs it half a millisecond. What only a lazy import shares is left as it is.
 *
 * @param dist where the chunks are; what is joined takes their place
 * @param entries the names of the files that are loaded from outside
 * @param lazy the name of one that is loaded at every start, if only by `import()`
 */
export async function joinChunks(dist: string, entries: readonly string[], lazy: string): Promise<void> {
  const pathOf = (name: string) => join(dist, `${name}.js`)
  const joined = `${dist}-joined`
  const bundle = await rollup({
    input: Object.fromEntries(entries.map((name) => [name, pathOf(name)])),
    treeshake: false,
    preserveEntrySignatures: 'strict',
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
    onLog: failUnlessKnown,
  })
  const reached = new Map<string, ReadonlySet<string>>()
  await bundle.write({
    dir: joined,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    hoistTransitiveImports: false,
    manualChunks(id, { getModuleInfo }) {
      for (const name of [lazy, ...entries]) {
        if (!reached.has(name)) reached.set(name, reachedFrom(pathOf(name), getModuleInfo))
      }
      if (!reached.get(lazy)?.has(id) || entries.some((name) => id === pathOf(name))) return undefined
      return ['start', ...entries.filter((name) => reached.get(name)?.has(id))].join('-')
    },
  })
  await bundle.close()
  rmSync(dist, { recursive: true })
  renameSync(joined, dist)
}

/** All that is loaded with a file, itself included. */
function reachedFrom(path: string, infoOf: (id: string) => ModuleInfo | null): Set<string> {
  const seen = new Set([path])
  for (const id of seen) for (const imported of infoOf(id)?.importedIds ?? []) seen.add(imported)
  return seen
}

/** What it has to say would be lost in a build's output; that depd makes functions by `eval`, we know. */
function failUnlessKnown(_level: string, { code, message }: RollupLog): void {
  if (code !== 'EVAL') throw new Error(`Failed to join the chunks: ${message}`)
}
