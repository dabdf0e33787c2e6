#!/usr/bin/env node
// Plain JavaScript that an old Node can parse, so that it can say that it is too old instead of crashing on new syntax.
import { existsSync } from 'node:fs'
import module from 'node:module'

const sources = new URL('../src/cli/main.ts', import.meta.url)
const bundle = new URL('../dist/cli.js', import.meta.url)
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Failed to start understudy: it needs Node 22.18 or newer, this is ${process.versions.node}. Install a newer Node, or use the container image.`,
  )
  process.exitCode = 1
} else {
  // What V8 compiles is kept between runs (in NODE_COMPILE_CACHE, else the system's temporary folder).
  module.enableCompileCache()
  // A checkout runs its sources as they stand; the package holds the bundle alone.
  import(existsSync(sources) ? sources.href : bundle.href)
}
