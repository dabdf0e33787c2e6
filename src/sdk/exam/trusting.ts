import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atExit } from './at-exit.ts'

/** The variables by which programs of each kind are told whom they are to trust. */
const variables = ['UNDERSTUDY_CA', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'CURL_CA_BUNDLE', 'REQUESTS_CA_BUNDLE']

/** How a program is told to trust an authority, and what is to be done once it has ended. */
export interface Trust {
  env: Readonly<Record<string, string>>
  end(): void
}

/** @param authority its certificate as PEM; undefined: there is nobody to be trusted */
export function trustFor(authority: string | undefined): Trust {
  if (authority === undefined) return { env: {}, end: () => {} }
  const folder = mkdtempSync(join(tmpdir(), 'understudy-exam-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const isOver = atExit(remove)
  const file = join(folder, 'ca.pem')
  writeFileSync(file, authority)
  function end(): void {
    isOver()
    remove()
  }
  return { env: Object.fromEntries(variables.map((name) => [name, file])), end }
}
