import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/** A fenced block of a page, with what its info string says. */
export interface Block {
  /** The page, from the root of the project. */
  page: string
  /** Of the opening fence, 1-based. */
  line: number
  language: string
  /** What stands after the language: `no-run`, `serve`, `answer`, `file=NAME`. */
  words: readonly string[]
  text: string
}

/** All pages of the documentation, the README among them. */
export function pages(): string[] {
  const below = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  const docs = below.filter((name) => name.endsWith('.md')).map((name) => `docs/${name.replaceAll('\\', '/')}`)
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...docs.sort()].filter((page) => existsSync(join(root, page)))
}

export function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const fences = /^```(\S*)[ \t]*(.*)\n([\s\S]*?)^```[ \t]*$/gm
  const text = textOf(page)
  return [...text.matchAll(fences)].map(({ 1: language = '', 2: words = '', 3: body = '', index }) => ({
    page,
    line: text.slice(0, index).split('\n').length,
    language,
    words: words.split(/\s+/).filter(Boolean),
    text: body,
  }))
}

/** Whether a block says that it is not to be run. */
export function isRun({ words }: Block): boolean {
  return !words.includes('no-run')
}

/** The name of the file that a block is, if it is one. */
export function fileNameOf({ words }: Block): string | undefined {
  return words.find((word) => word.startsWith('file='))?.slice('file='.length)
}

/** A block in few words, for the name of its test. */
export function titleOf({ language, line, text }: Block): string {
  const [first = ''] = text.trim().split('\n')
  return `line ${line}, ${language}: ${first.slice(0, 70)}`
}

/** Whether a text is what was expected, where `…` stands for anything. */
export function matches(actual: string, expected: string): boolean {
  const parts = expected.trim().split('…')
  const pattern = parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[\\s\\S]*')
  return new RegExp(`^${pattern}$`).test(actual.trim())
}
