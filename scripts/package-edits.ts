import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Plugin } from 'esbuild'

const require = createRequire(import.meta.url)

/** A change to the sources of a package, as it goes into the bundle. */
interface Edit {
  files: RegExp
  /** @throws Error where the source is not any more what the change was made for */
  apply(source: string, path: string): string
}

/** Where oidc-provider keeps its sources. */
const oidc = (file: string) =>
  new RegExp(String.raw`[\\/]oidc-provider[\\/]lib[\\/]${file.replaceAll('/', String.raw`[\\/]`)}\.js$`)

/** What mime-types computes from its database whenever it is loaded, twelve milliseconds of a start. */
interface MimeTypes {
  types: Record<string, string>
  extensions: Record<string, string[]>
}

/**
 * Bundles mime-types with its tables as it would compute them.
 *
 * What its callers here ask it for is the type of an extension and the charset of a type.
 */
const readyMimeTypes: Edit = {
  files: /[\\/]mime-types[\\/]index\.js$/,
  apply(source, path) {
    const { types, extensions }: MimeTypes = require(path)
    const database: Record<string, { charset?: string }> = createRequire(path)('mime-db')
    const charsets = Object.entries(database).flatMap(([type, { charset }]) => (charset ? [[type, { charset }]] : []))
    return replaced(source, {
      "require('mime-db')": literal(Object.fromEntries(charsets)),
      'populateMaps(exports.extensions, exports.types)': `exports.types = ${literal(types)}; exports.extensions = ${literal(extensions)}`,
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
const taggedBodies: Edit = {
  files: /[\\/]koa[\\/]lib[\\/](?:application|response)\.js$/,
  apply(source) {
    const byClass = /(\w+) instanceof (ReadableStream|Blob|Response)\b/g
    return rewritten(source, byClass, "$1?.[Symbol.toStringTag] === '$2'")
  },
}

/** Lets Koa set one header field without lists of lists in between. */
const singleFields: Edit = {
  files: /[\\/]koa[\\/]lib[\\/]response\.js$/,
  apply: (source) =>
    replaced(source, {
      "    const entries = typeof field === 'string' ? [[field, val]] : Object.entries(field)": `
    if (typeof field === 'string') {
      this.res.setHeader(field, normalizeHeader(field, val)[1])
      return
    }
    const entries = Object.entries(field)`,
    }),
}

/**
 * Gives each request its `ctx.oidc` as a value.
 *
 * A getter that closes over the request makes V8 a shape of its own for the context, and shapes hold on to what they
 * describe until a full collection: every request would outlive all the quick ones, copied again and again.
 */
const oidcAsValue: Edit = {
  files: oidc('helpers/initialize_app'),
  apply(source) {
    const getter = `{
      get: () => {
        oidcCtx ||= new this.OIDCContext(ctx);
        return oidcCtx;
      },
    }`
    return replaced(source, { [getter]: '{ value: new this.OIDCContext(ctx) }' })
  },
}

/** How oidc-provider defines a property of a record. */
const definition =
  /Object\.defineProperty\(\w+, key, \{\s*configurable: true,\s*enumerable: true,\s*value(?:: [^,]+)?,\s*writable: true,\s*\}\);/g

/**
 * Copies the properties of oidc-provider's records by assignment, and once.
 *
 * It defines them one by one, for the sake of a key that none of its models has; that costs ten times as much, and leaves
 * objects that V8 keeps as dictionaries. Each record is copied whenever it is made, read or written, and was so three
 * times.
 */
const plainRecords: Edit[] = [
  {
    files: oidc('models/payload'),
    apply: (
      source,
    ) => `${replaced(rewritten(source, definition, 'result[key] = source[key];'), { 'function properties': 'export function properties' })}
export function addDefined(Model, input, result) {
  const allowed = properties(Model);
  for (const key of Object.keys(input)) {
    const value = input[key];
    if (value !== undefined && allowed.has(key)) result[key] = value;
  }
}
`,
  },
  {
    files: oidc('models/formats/opaque'),
    apply(source) {
      const copied = new RegExp(
        `const modelPayload = pickPayload(\\(.*)\\);\\s*for \\(.*\\{\\s*if \\(.*\\{\\s*${definition.source}\\s*\\}\\s*\\}`,
        'g',
      )
      return replaced(rewritten(source, copied, 'addDefined$1, payload);'), {
        'import pickPayload from': 'import { addDefined } from',
      })
    },
  },
  {
    files: oidc('models/base_model'),
    apply(source) {
      const direct = rewritten(source, definition, 'this[key] = payload[key];')
      return replaced(direct, {
        'const payload = pickPayload(this.constructor, input);':
          'const payload = input;\n      const allowed = properties(this.constructor);',
        "key !== 'jti' && key !== 'kind'": "key !== 'jti' && key !== 'kind' && allowed.has(key)",
        'import pickPayload from': 'import { properties } from',
      })
    },
  },
  {
    // It picks what it keeps from what it is given, in which these three may stay.
    files: oidc('models/base_token'),
    apply: (source) =>
      replaced(source, {
        'constructor({\n      client, resourceServer, expiresIn, ...rest\n    } = {}) {\n      super(rest);':
          'constructor(input = {}) {\n      const { client, resourceServer, expiresIn } = input;\n      super(input);',
      }),
  },
]

/**
 * Walks the parameters of a token request by their names, and leaves those of other grants behind in place of deleting
 * them: an object that lost some is a dictionary to V8, and there are dozens.
 */
const fewParameters: Edit[] = [
  {
    files: oidc('actions/token'),
    apply: (source) =>
      replaced(source, {
        'Object.keys(ctx.oidc.params).forEach((key) => {\n        if (!(authParams.has(key) || grantParams.has(key))) {\n          delete ctx.oidc.params[key];\n        }\n      });': `
      const { params } = ctx.oidc;
      const kept = Object.keys(params).filter((key) => authParams.has(key) || grantParams.has(key));
      ctx.oidc.params = new params.constructor(kept, params);`,
      }),
  },
  {
    files: oidc('shared/reject_dupes'),
    apply: (source) =>
      replaced(source, {
        'for (const [key, value] of Object.entries(ctx.oidc.params)) {': `
  for (const key of Object.keys(ctx.oidc.params)) {
    const value = ctx.oidc.params[key];`,
      }),
  },
]

/** Asks the checks of a prompt in turn, and waits only for those that have to: none of them needs another's answer. */
const promptChecks: Edit = {
  files: oidc('actions/authorization/interactions'),
  apply: (source) =>
    replaced(source, {
      'let results = (await Promise.all([...checks].map(async ({\n      reason, description, error, details, check,\n    }) => {\n      if (boolean(\n        await check(ctx),':
        'let results = [];\n    for (const { reason, description, error, details, check } of checks) {\n      const failed = check(ctx);\n      if (failed !== false && boolean(\n        await failed,',
      '        return {\n          [reason]: { error, description, details: await details(ctx) },\n        };\n      }\n\n      return undefined;\n    }))).filter(Boolean);':
        '        results.push({ [reason]: { error, description, details: await details(ctx) } });\n      }\n    }',
    }),
}

/** Reads and writes query strings in one go each, rather than once for every parameter. */
const wholeQueries: Edit[] = [
  {
    files: /[\\/]koa[\\/]lib[\\/]search-params\.js$/,
    apply: (source) =>
      replaced(source, {
        'for (const key of searchParams.keys()) {\n      const values = searchParams.getAll(key)\n      const value = values.length <= 1 ? values[0] : values\n      Object.defineProperty(': `
    for (const [key, each] of searchParams) {
      const value = Object.hasOwn(obj, key) ? [obj[key], each].flat() : each
      if (key !== '__proto__') obj[key] = value
      else Object.defineProperty(`,
      }),
  },
  {
    files: oidc('helpers/redirect_uri'),
    apply: (source) =>
      replaced(source, {
        'for (const [k, v] of Object.entries(payload)) {\n        parsed.searchParams.set(k, v);\n      }': `{
        const given = Object.entries(payload);
        const params = new URLSearchParams(parsed.search);
        for (const [k, v] of given) params.set(k, v);
        if (given.length > 0) parsed.search = params;
      }`,
      }),
  },
]

/** Tells which claims go into a token without a pair for each that could: the standard scopes name two dozen. */
const fewPairs: Edit[] = [
  {
    files: oidc('helpers/_/merge'),
    apply: (source) =>
      replaced(source, {
        'for (const [key, value] of Object.entries(source)) {': `
    for (const key of Object.keys(source)) {
      const value = source[key];`,
        'isPlainObject(target[key]) && isPlainObject(value)': 'isPlainObject(value) && isPlainObject(target[key])',
      }),
  },
  {
    files: oidc('helpers/claims'),
    apply: (source) =>
      replaced(source, {
        'const include = Object.entries(this.filter)\n        .map(([key, value]) => {\n          if (value === null || isJsonObject(value)) {\n            return key;\n          }\n\n          return undefined;\n        })\n        .filter((key) => key && claimsSupported.has(key));':
          'const { filter } = this;\n      const include = Object.keys(filter).filter((key) =>\n        (filter[key] === null || isJsonObject(filter[key])) && key && claimsSupported.has(key));',
      }),
  },
]

/** Hashes what ID tokens bind by way of text: a buffer from outside the heap for each costs as much again. */
const hashedAsText: Edit = {
  files: oidc('models/id_token'),
  apply: (source) =>
    replaced(source, {
      "crypto.hash(digest, payload[claim], 'buffer')": "Buffer.from(crypto.hash(digest, payload[claim]), 'hex')",
    }),
}

/**
 * Makes oidc-provider's refusals without a trace of where they were made: each is an answer, which nobody traces, and
 * traces itself twice, a tenth of the time that it takes to poll for a code.
 */
const untracedRefusals: Edit = {
  files: oidc('helpers/errors'),
  apply(source) {
    const again = /Error\.captureStackTrace\(this, this\.constructor\);/g
    return replaced(rewritten(source, again, ''), {
      'super(message, options);\n    this.name': `const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      super(message, options);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    this.name`,
    })
  },
}

/** Makes what joins words in oidc-provider's error messages when there is one to tell: it loads tables, 10 ms of a start. */
const lateListFormats: Edit = {
  files: oidc('helpers/formatters'),
  apply(source) {
    const eager = /^const (\w+) = (new Intl\.ListFormat\(.*\));$/gm
    return rewritten(source, eager, 'const $1 = { format: (list) => $2.format(list) };')
  },
}

/**
 * Gives oidc-provider's models their names for good: it files records by `constructor.name`, which bundling may change.
 *
 * esbuild's `keepNames` would do, but it names every closure anew whenever one is made, a quarter of a request's time.
 */
const modelNames: Edit = {
  files: oidc('models/\\w+'),
  apply: (source) =>
    source.replaceAll(
      /\bclass (\w+)( extends [\w.()]+)? \{/g,
      "class $1$2 { static { Object.defineProperty(this, 'name', { value: '$1' }) }",
    ),
}

const edits: Edit[] = [
  readyMimeTypes,
  taggedBodies,
  singleFields,
  lateListFormats,
  oidcAsValue,
  ...plainRecords,
  ...fewParameters,
  promptChecks,
  ...wholeQueries,
  ...fewPairs,
  hashedAsText,
  untracedRefusals,
  modelNames,
]

/** Applies all edits of a file, one upon the other: of a bundler's plugins the first that loads it is the last. */
export const editedPackages: Plugin = {
  name: 'edited-packages',
  setup(bundler) {
    const filter = new RegExp(edits.map(({ files }) => files.source).join('|'))
    bundler.onLoad({ filter }, function applyAll({ path }) {
      let contents = readFileSync(path, 'utf8')
      for (const { files, apply } of edits) if (files.test(path)) contents = edited(path, contents, apply)
      return { contents, loader: 'js' }
    })
  },
}

/** @throws Error where something that is to be edited is not among a bundle's sources any more */
export function requireEdited(sources: readonly string[]): void {
  const missed = edits.filter(({ files }) => !sources.some((source) => files.test(`/${source}`)))
  if (missed.length > 0)
    throw new Error(`Failed to bundle: no source is ${missed.map(({ files }) => files).join(', or ')}`)
}

function edited(path: string, source: string, apply: Edit['apply']): string {
  try {
    return apply(source, path)
  } catch (error) {
    throw new Error(`Failed to bundle ${path}: ${(error as Error).message}`)
  }
}

/** A text with every match of a pattern replaced, of which there must be some. */
function rewritten(text: string, pattern: RegExp, replacement: string): string {
  const changed = text.replaceAll(pattern, replacement)
  if (changed === text) throw new Error(`nothing in it matches ${pattern} any more.`)
  return changed
}

/** A text with some parts of it replaced, each of which must be there. */
function replaced(text: string, parts: Record<string, string>): string {
  let changed = text
  for (const [part, replacement] of Object.entries(parts)) {
    if (!changed.includes(part)) throw new Error(`it has no \`${part}\` any more.`)
    changed = changed.replace(part, () => replacement)
  }
  return changed
}
