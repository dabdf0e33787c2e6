import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from './package-root.ts'

/**
 * The one stylesheet, written into every page, and its hash for the page's Content-Security-Policy.
 *
 * Inline rather than linked: a page is then one round trip, cannot miss its style under a base path, a named issuer or a moved
 * admin port, and the hash lets this style run and no other.
 */
export interface Style {
  css: string
  /** As CSP writes it: `'sha256-…'`. */
  source: string
}

let loaded: Style | undefined

/** Reads the stylesheet once per process. */
export function style(): Style {
  loaded ??= load()
  return loaded
}

function load(): Style {
  // Browsers hash what the HTML parser hands them, which has no carriage returns; a checkout on Windows may.
  const css = readFileSync(join(packageRoot(), 'public/style.css'), 'utf8').replaceAll('\r\n', '\n')
  return { css, source: `'sha256-${createHash('sha256').update(css).digest('base64')}'` }
}
