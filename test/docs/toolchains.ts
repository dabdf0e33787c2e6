import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Block, root } from './blocks.ts'

/** What the pages of another language need beside Understudy, as Debian has it. */
export interface Toolchain {
  language: string
  /** Packages of Debian, all among those of `scripts/language-packages.txt`. */
  packages: readonly string[]
  /** The command as readers type it. */
  command: string
  /** How long one block may take: a first run compiles all that it needs, on a busy machine too. */
  limitMs: number
  /** Where the command is; undefined unless everything that it needs is there too. */
  find(): string | undefined
  /**
   * Lines of `sh` that run the command with Debian's libraries.
   *
   * @param folder where it may leave things
   */
  script(found: string, folder: string): string
}

/** Debian's libraries are known to Debian's own Python alone, which need not be the first of its name. */
const python: Toolchain = {
  language: 'python',
  packages: ['python3-pytest', 'python3-requests', 'python3-authlib'],
  command: 'python3',
  limitMs: 120_000,
  find() {
    const libraries = 'import pytest, requests, authlib'
    return ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-c', libraries]).status === 0)
  },
  script: (found) => `PYTHONDONTWRITEBYTECODE=1 PYTEST_ADDOPTS='-p no:cacheprovider' exec "${found}" "$@"`,
}

const goSources = '/usr/share/gocode'
const goOidc = join(goSources, 'src/github.com/coreos/go-oidc')
const goOauth2 = join(goSources, 'src/golang.org/x/oauth2')

/** Debian's sources are a GOPATH of old, where go-oidc has not got the third version's name yet. */
const go: Toolchain = {
  language: 'go',
  packages: ['golang-go', 'golang-golang-x-oauth2-dev', 'golang-github-coreos-go-oidc-dev'],
  command: 'go',
  limitMs: 120_000,
  find() {
    const { stdout } = spawnSync('sh', ['-c', 'command -v go'], { encoding: 'utf8' })
    return existsSync(goOidc) && existsSync(goOauth2) ? stdout.trim() || undefined : undefined
  },
  script(found, folder) {
    const third = join(folder, 'gopath/src/github.com/coreos/go-oidc/v3')
    mkdirSync(third, { recursive: true })
    symlinkSync(goOidc, join(third, 'oidc'))
    const paths = `GOPATH="${join(folder, 'gopath')}${delimiter}${goSources}" GOCACHE="${join(root, '.cache/go')}"`
    return `CGO_ENABLED=0 GOFLAGS= GO111MODULE=off ${paths} exec "${found}" "$@"`
  },
}

export const toolchains: readonly Toolchain[] = [python, go]

/** The tool chain that the blocks of a page need, if they need one. */
export function toolchainOf(blocks: readonly Block[]): Toolchain | undefined {
  return toolchains.find(({ language }) =>
    blocks.some((block) => block.language === language && block.words.length > 0),
  )
}
