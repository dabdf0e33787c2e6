import { build, type Metafile } from 'esbuild'

/**
 * Bundles the remote half, as one file for each kind of module: what it is made of is the project's own, and what it
 * needs is what every runtime has.
 *
 * @param root of the project
 * @param dist where they are written
 * @throws where a bundle has come to import anything
 */
export async function bundleClient(root: string, dist: string): Promise<void> {
  for (const [format, extension] of [
    ['esm', '.js'],
    ['cjs', '.cjs'],
  ] as const) {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: { client: 'src/sdk/client.ts' },
      outdir: dist,
      outExtension: { '.js': extension },
      bundle: true,
      format,
      platform: 'neutral',
      target: 'node18',
      metafile: true,
      logLevel: 'warning',
    })
    requireNothing(metafile)
  }
}

function requireNothing({ inputs, outputs }: Metafile): void {
  const strangers = Object.keys(inputs).filter((input) => !input.startsWith('src/'))
  const imports = Object.values(outputs).flatMap((output) => output.imports.map(({ path }) => path))
  const found = [...strangers, ...imports]
  if (found.length > 0)
    throw new Error(`Failed to bundle the client: it must stand alone, but it has ${found.join(', ')}.`)
}
