import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from './package-root.ts'

/**
 * A stylesheet, written into the page, and its hash for the page's Content-Security-Policy.
 *
 * Inline rather than linked: a page is then one round trip, cannot miss its style under a base path, a named issuer or a moved
 * admin port, and the hash lets this style run and no stranger's.
 */
export interface Style {
  css: string
  /** As CSP writes it: `'sha256-…'`. */
  source: string
}

/** The one of all pages, and what the long page of the reference needs beside it. */
export type StyleName = 'style' | 'reference'

const loaded = new Map<StyleName, Style>()

/** Reads a stylesheet once per process. */
export function style(name: StyleName = 'style'): Style {
  const known = loaded.get(name) ?? load(name)
  loaded.set(name, known)
  return known
}

function load(name: StyleName): Style {
  // Browsers hash what the HTML parser hands them, which has no carriage returns; a checkout on Windows may.
  const css = readFileSync(join(packageRoot(), `public/${name}.css`), 'utf8').replaceAll('\r\n', '\n')
  return { css, source: `'sha256-${createHash('sha256').update(css).digest('base64')}'` }
}
