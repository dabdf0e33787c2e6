import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Plugin } from 'esbuild'
import { editedPackages } from './package-edits.ts'

const require = createRequire(import.meta.url)

/** Bundles one version of mime-types, whoever asks for it. */
const oneMimeTypes: Plugin = {
  name: 'one-mime-types',
  setup(bundler) {
    bundler.onResolve({ filter: /^mime-types$/ }, () => ({ path: require.resolve('mime-types') }))
  },
}

/**
 * Leaves iconv-lite out: half a megabyte of encodings.
 *
 * It is here for raw-body, which decodes only where it is asked to; Understudy takes bodies as bytes.
 */
const bytesOnly: Plugin = {
  name: 'bytes-only',
  setup(bundler) {
    bundler.onResolve({ filter: /^iconv-lite$/ }, () => ({ path: 'iconv-lite', namespace: 'bytes-only' }))
    bundler.onLoad({ filter: /.*/, namespace: 'bytes-only' }, () => ({
      contents: "exports.getDecoder = () => { throw new Error('Failed to decode: the bundle holds no encodings.') }",
    }))
  },
}

/** Takes the yaml package as ES modules: of CommonJS, an `import()` inside the bundle would have no named exports. */
const yamlModules: Plugin = {
  name: 'yaml-modules',
  setup(bundler) {
    const folder = dirname(require.resolve('yaml/package.json'))
    bundler.onResolve({ filter: /^yaml$/ }, () => ({ path: join(folder, 'browser/index.js'), sideEffects: false }))
  },
}

/** Makes packages lighter in the bundle, without a change in what is asked of them. */
export const leanPackages: Plugin[] = [oneMimeTypes, bytesOnly, yamlModules, editedPackages]
