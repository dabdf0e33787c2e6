import { expect, test } from 'vitest'
import type { Control } from '../../../src/control/control.ts'
import { type ControlUnderTest, failure } from '../control.ts'

type Asked = [what: string, ask: (control: Control) => Promise<unknown>, said: string]

const mistaken: Asked[] = [
  ['since', (control) => control.requests('default', { since: 'x' as never }), 'since: expected the id of an entry'],
  ['limit', (control) => control.requests('default', { limit: 0 }), 'limit: expected a number, 1 or more'],
  ['expect', (control) => control.verify('default', { expect: [{ wen: {} }] as never }), 'expect[0]'],
  [
    'when',
    (control) => control.verify('default', { expect: [{ when: { endpoint: 3 as never } }] }),
    'expect[0].when.endpoint: expected ',
  ],
  ['times', (control) => control.verify('default', { expect: [{ times: -1 }] }), 'expect[0].times: expected '],
  [
    'with',
    (control) => control.arm('default', { fault: 'latency', with: { ms: 'soon' } } as never),
    'with.ms: expected a number',
  ],
  [
    'with too much',
    (control) => control.arm('default', { fault: 'latency', with: { ms: -1 } } as never),
    'with.ms: expected a number, 0 or more',
  ],
  [
    'script',
    (control) => control.arm('default', { script: ['pass', { fault: 'latency', with: { ms: 'soon' } }] } as never),
    'script[1].with.ms: expected a number',
  ],
  ['token', (control) => control.mint('default', undefined as never), 'Failed to '],
  ['a filter', (control) => control.endSessions('default', { user: undefined, bogus: 1 } as never), 'bogus'],
  [
    'a fault that its issuer cannot serve',
    (control) => control.arm('default', { fault: 'kid-absent-single-jwks' } as never),
    'keys',
  ],
  ['a member of keys', (control) => control.rotateKeys('default', { algo: 'RS256' } as never), 'Did you mean "alg"?'],
]

/** How every control tells of mistakes in what it is given. */
export function wordingContract(subject: () => ControlUnderTest): void {
  test.each(mistaken)('mistakes in %s are told in words of our own, once, with their paths', async (_, ask, said) => {
    const error = await failure(ask(subject().control))

    expect(error.message).toContain(said)
    expect(error.message).not.toMatch(/Invalid |Too (?:small|big)|must match|Unrecognized/)
    expect(error.message).not.toMatch(/[.?!]\.|: :|\.\d+\./)
    expect(error.message).toMatch(/[.?!]$/)
    expect(error.details?.errors).toContainEqual({ path: expect.any(String), message: expect.stringMatching(/./) })
  })
}
