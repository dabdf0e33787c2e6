import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Plugin } from 'esbuild'

const require = createRequire(import.meta.url)

/** What mime-types computes from its database whenever it is loaded, twelve milliseconds of a start. */
interface MimeTypes {
  types: Record<string, string>
  extensions: Record<string, string[]>
}

/**
 * Bundles mime-types once, of one version, with its tables as it would compute them.
 *
 * What its callers here ask it for is the type of an extension and the charset of a type.
 */
const readyMimeTypes: Plugin = {
  name: 'ready-mime-types',
  setup(bundler) {
    const file = require.resolve('mime-types')
    bundler.onResolve({ filter: /^mime-types$/ }, () => ({ path: file }))
    bundler.onLoad({ filter: /[\\/]mime-types[\\/]index\.js$/ }, function insertTables({ path }) {
      const { types, extensions }: MimeTypes = require(path)
      const database: Record<string, { charset?: string }> = createRequire(path)('mime-db')
      const charsets = Object.entries(database).flatMap(([type, { charset }]) => (charset ? [[type, { charset }]] : []))
      const contents = replaced(path, {
        "require('mime-db')": literal(Object.fromEntries(charsets)),
        'populateMaps(exports.extensions, exports.types)': `exports.types = ${literal(types)}; exports.extensions = ${literal(extensions)}`,
      })
      return { contents, loader: 'js' }
    })
  },
}

/** Text that is parsed as JSON, which is quicker than as code. */
function literal(value: object): string {
  return `JSON.parse(${JSON.stringify(JSON.stringify(value))})`
}

/**
 * Lets Koa tell web streams and fetch answers by their tag, as the standards have it.
 *
 * `instanceof Response` makes Node load its whole fetch before the first answer: 20 ms of a start, and its memory.
 */
const taggedBodies: Plugin = {
  name: 'tagged-bodies',
  setup(bundler) {
    bundler.onLoad({ filter: /[\\/]koa[\\/]lib[\\/](?:application|response)\.js$/ }, function tellByTag({ path }) {
      const byClass = /(\w+) instanceof (ReadableStream|Blob|Response)\b/g
      const contents = rewritten(path, byClass, "$1?.[Symbol.toStringTag] === '$2'")
      return { contents, loader: 'js' }
    })
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

/**
 * Gives each request its `ctx.oidc` as a value.
 *
 * A getter that closes over the request makes V8 a shape of its own for the context, and shapes hold on to what they
 * describe until a full collection: every request would outlive all the quick ones, copied again and again.
 */
const oidcAsValue: Plugin = {
  name: 'oidc-as-value',
  setup(bundler) {
    bundler.onLoad({ filter: /[\\/]oidc-provider[\\/]lib[\\/]helpers[\\/]initialize_app\.js$/ }, ({ path }) => {
      const getter = `{
      get: () => {
        oidcCtx ||= new this.OIDCContext(ctx);
        return oidcCtx;
      },
    }`
      return { contents: replaced(path, { [getter]: '{ value: new this.OIDCContext(ctx) }' }), loader: 'js' }
    })
  },
}

/**
 * Copies the properties of oidc-provider's records by assignment.
 *
 * It defines them one by one, for the sake of a key that none of its models has; that costs ten times as much, and leaves
 * objects that V8 keeps as dictionaries. Each record is copied whenever it is made, read or written.
 */
const plainRecords: Plugin = {
  name: 'plain-records',
  setup(bundler) {
    const definition =
      /Object\.defineProperty\((\w+), key, \{\s*configurable: true,\s*enumerable: true,\s*value(?:: ([^,]+))?,\s*writable: true,\s*\}\);/g
    const copies = /[\\/]oidc-provider[\\/]lib[\\/]models[\\/](?:payload|formats[\\/]opaque)\.js$/
    bundler.onLoad({ filter: copies }, function assign({ path }) {
      const contents = rewritten(path, definition, (_, target, value = 'value') => `${target}[key] = ${value};`)
      return { contents, loader: 'js' }
    })
  },
}

/**
 * Makes oidc-provider's refusals without a trace of where they were made: each is an answer, which nobody traces, and
 * traces itself twice, a tenth of the time that it takes to poll for a code.
 */
const untracedRefusals: Plugin = {
  name: 'untraced-refusals',
  setup(bundler) {
    const made = 'super(message, options);\n    this.name'
    const untraced = `const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      super(message, options);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    this.name`
    bundler.onLoad(
      { filter: /[\\/]oidc-provider[\\/]lib[\\/]helpers[\\/]errors\.js$/ },
      function leaveTraces({ path }) {
        const again = /Error\.captureStackTrace\(this, this\.constructor\);/g
        const contents = rewritten(path, again, '')
        return { contents: replaced(path, { [made]: untraced }, contents), loader: 'js' }
      },
    )
  },
}

/** Makes what joins words in oidc-provider's error messages when there is one to tell: it loads tables, 10 ms of a start. */
const lateListFormats: Plugin = {
  name: 'late-list-formats',
  setup(bundler) {
    bundler.onLoad(
      { filter: /[\\/]oidc-provider[\\/]lib[\\/]helpers[\\/]formatters\.js$/ },
      function makeLate({ path }) {
        const eager = /^const (\w+) = (new Intl\.ListFormat\(.*\));$/gm
        const contents = readFileSync(path, 'utf8').replaceAll(
          eager,
          'const $1 = { format: (list) => $2.format(list) };',
        )
        return { contents, loader: 'js' }
      },
    )
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

type Replacer = (match: string, ...groups: (string | undefined)[]) => string

/** The text of a file with every match of a pattern replaced, of which there must be some. */
function rewritten(path: string, pattern: RegExp, replacement: string | Replacer): string {
  const text = readFileSync(path, 'utf8')
  const changed = text.replaceAll(pattern, replacement as Replacer)
  if (changed === text) throw new Error(`Failed to bundle ${path}: nothing in it matches ${pattern} any more.`)
  return changed
}

/** The text of a file with some parts of it replaced, each of which must be there. */
function replaced(path: string, parts: Record<string, string>, of = readFileSync(path, 'utf8')): string {
  let text = of
  for (const [part, replacement] of Object.entries(parts)) {
    if (!text.includes(part)) throw new Error(`Failed to bundle ${path}: it has no \`${part}\` any more.`)
    text = text.replace(part, () => replacement)
  }
  return text
}

/** Makes packages lighter in the bundle, without a change in what is asked of them. */
export const leanPackages: Plugin[] = [
  readyMimeTypes,
  taggedBodies,
  bytesOnly,
  lateListFormats,
  oidcAsValue,
  plainRecords,
  untracedRefusals,
  yamlModules,
]
