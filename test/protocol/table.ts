import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { everyTest, type Proof, type Section, type With } from './proof.ts'

const root = join(import.meta.dirname, '../..')
const packages: Partial<Record<With, string>> = {
  'openid-client': 'openid-client',
  oauth4webapi: 'oauth4webapi',
  jose: 'jose',
  Chromium: 'playwright-core',
}

const intro = `# What is proven

Every grant and feature that a client can meet, with a test that proves it through the front door and what that test speaks with. The table is
written by \`npx node scripts/protocol.ts\` from the results of the tests themselves: a row whose test is gone, is skipped or fails, fails the run.
\`fetch\` means that the test makes its requests by hand. All that discovery advertises is walked, issuer by issuer, by
[metadata.test.ts](../test/e2e/metadata.test.ts); the modules of the OpenID Foundation's plans have tests of their own names in
[test/conformance](../test/conformance).
`

/** The page, as it is by the rows. */
export function pageOf(sections: readonly Section[]): string {
  const parts = sections.map(({ title, rows }) => {
    const lines = rows.map(({ what, proofs }) => {
      const shown = (each: (proof: Proof) => string) => [...new Set(proofs.map(each))].join('<br>')
      return `| ${what} | ${shown(linkOf)} | ${shown(clientOf)} |`
    })
    return `## ${title}\n\n| what | proven by | with |\n|---|---|---|\n${lines.join('\n')}\n`
  })
  return [intro, ...parts].join('\n')
}

function linkOf({ file, test }: Proof): string {
  const filled = test.replace(/%[sj]/g, '…')
  const text = filled.replaceAll('|', '\\|').replaceAll('[', '\\[').replaceAll(']', '\\]').replaceAll('<', '&lt;')
  return `[${text}](../test/${file})`
}

/** A client by its name and, where it is a package, the major version that is installed. */
function clientOf({ with: by }: Proof): string {
  const name = packages[by]
  if (name === undefined || by === 'Chromium') return by
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'))
  return `${by} ${(version as string).split('.')[0]}`
}

/** Whether a test file, or a file of the tests that it imports, speaks with what its proof says. */
export function speaksWith(file: string, by: With, seen = new Set<string>()): boolean {
  const path = join(root, 'test', file)
  if (by === 'fetch' || seen.has(path) || !existsSync(path)) return by === 'fetch'
  seen.add(path)
  const imported = [...readFileSync(path, 'utf8').matchAll(/from '([^']+)'/g)].map(([, name = '']) => name)
  if (by === 'nginx' ? imported.includes('./nginx.ts') : imported.includes(packages[by] as string)) return true
  const local = imported.filter((name) => name.startsWith('.') && !name.includes('/src/'))
  return local.some((name) => speaksWith(join(dirname(file), name), by, seen))
}

/** A test's name as it is written, as a pattern for what it is called where its parameters are filled in. */
export function patternOf(name: string): RegExp {
  if (name === everyTest) return /^/
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replace(/%[sj]/g, '.*')}$`, 's')
}
