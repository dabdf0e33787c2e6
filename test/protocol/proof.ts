/** What a test speaks to the server with: a library of clients, a browser, a proxy, or nothing but `fetch`. */
export type With = 'openid-client' | 'oauth4webapi' | 'jose' | 'Chromium' | 'nginx' | 'fetch'

/** One test that proves a row. */
export interface Proof {
  /** Below test/. */
  file: string
  /** The test's own name, as it is written; parameters (%s) and all. */
  test: string
  with: With
}

/** Stands for all the tests of a file. */
export const everyTest = 'every test of the file'

export interface Row {
  what: string
  proofs: Proof[]
}

export interface Section {
  title: string
  rows: Row[]
}

/** Shortens the rows: a proof as file, name and client. */
export function proof(file: string, test: string, by: With): Proof {
  return { file: `${file}.test.ts`, test, with: by }
}
