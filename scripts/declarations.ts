import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type RollupOutput, rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'
import { plainTypes } from './plain-types.ts'

/**
 * Writes the declarations of what the package exports, free of everything that it does not.
 *
 * @param root of the project
 * @param dist where they are written
 * @param entries sources by the name of their output, as paths within src/
 * @param runners packages that the declarations may speak of
 * @throws where the declarations need any other package, which would not be installed beside them
 */
export async function declare(
  root: string,
  dist: string,
  entries: Readonly<Record<string, string>>,
  runners: readonly string[],
): Promise<void> {
  // Inside the project, so that the types of its packages are found.
  const emitted = mkdtempSync(join(root, 'dist/declarations-'))
  try {
    emit(root, emitted)
    const files = Object.fromEntries(
      Object.entries(entries).map(([name, source]) => [name, join(emitted, source.replace(/\.ts$/, '.d.ts'))]),
    )
    const plain = plainTypes(Object.values(files))
    const { client, ...others } = files
    await bundle(plain, others, {
      dir: dist,
      entryFileNames: '[name].d.ts',
      chunkFileNames: 'types/[name]-[hash].d.ts',
    })
    if (client !== undefined) {
      await bundle(plain, { client }, { dir: dist, entryFileNames: '[name].d.ts' })
      await bundle(plain, { client }, { dir: dist, entryFileNames: '[name].d.cts' })
    }
  } finally {
    rmSync(emitted, { recursive: true })
  }

  function emit(cwd: string, outDir: string): void {
    const args = [join(cwd, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', outDir]
    execFileSync(process.execPath, args, { cwd, stdio: 'inherit' })
  }

  async function bundle(
    plain: ReadonlyMap<string, string>,
    input: Record<string, string>,
    output: { dir: string; entryFileNames: string; chunkFileNames?: string },
  ): Promise<void> {
    const bundled = await rollup({
      input,
      external: (id) => !/^[./]/.test(id),
      plugins: [{ name: 'plain-types', load: (id) => plain.get(id) ?? null }, dts()],
    })
    requireNothingElse(await bundled.write(output))
    await bundled.close()
  }

  function requireNothingElse({ output }: RollupOutput): void {
    const own = new Set(output.map(({ fileName }) => fileName))
    for (const file of output) {
      const imports = file.type === 'chunk' ? file.imports : []
      const strangers = imports.filter((id) => !own.has(id) && !runners.includes(id) && !id.startsWith('node:'))
      if (strangers.length === 0) continue
      throw new Error(
        `Failed to declare ${file.fileName}: it speaks of ${strangers.join(', ')}, which the package does not bring.`,
      )
    }
  }
}
