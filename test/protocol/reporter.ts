import { relative } from 'node:path'
import type { Reporter, TestModule, Vitest } from 'vitest/node'
import type { Proof } from './proof.ts'
import { sections } from './rows.ts'
import { patternOf } from './table.ts'

/**
 * Holds the rows of docs/protocol.md against the results of the tests: of the files that have run, each test that a row
 * names must have been there and passed.
 */
export class ProtocolReporter implements Reporter {
  /** What the rows say and the results do not. */
  readonly complaints: string[] = []
  /** The proofs that this run has seen pass. */
  readonly proven = new Set<Proof>()
  #vitest: Vitest | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // Whoever picks tests by their names does not run them all.
    if (this.#vitest?.config.testNamePattern !== undefined) return
    for (const proof of sections.flatMap(({ rows }) => rows.flatMap(({ proofs }) => proofs))) {
      const module = modules.find(({ moduleId }) => relative('test', moduleId) === proof.file)
      if (module !== undefined) this.#hold(proof, module)
    }
    if (this.complaints.length === 0) return
    process.stderr.write(`\ndocs/protocol.md names what the tests do not prove:\n${this.complaints.join('\n')}\n`)
    process.exitCode = 1
  }

  #hold(proof: Proof, module: TestModule): void {
    const pattern = patternOf(proof.test)
    const states = [...module.children.allTests()]
      .filter(({ name }) => pattern.test(name))
      .map((test) => test.result().state)
    const isProven = states.length > 0 && states.every((state) => state === 'passed')
    if (isProven) this.proven.add(proof)
    else
      this.complaints.push(
        `  ${proof.file}: "${proof.test}" ${states.length === 0 ? 'is not there' : states.join(', ')}`,
      )
  }
}
