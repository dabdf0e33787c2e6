import type { ClientVerdict } from '../../faults/fault.ts'

/** What a fault came to. */
export interface ExamResult {
  /** The name of the fault; `none` for the control, which is as it should be. */
  fault: string
  /** Where in a client's round it was played; left out of the control, and of the exam of an API. */
  place?: string
  /** What it does, in one sentence. */
  summary: string
  /** What a correct one does with it. */
  expected: ClientVerdict
  /** What this one did. */
  did: 'reject' | 'accept' | 'break'
  /** That in words: a status, or why there was none. */
  seen: string
  /** Whether a client logged in as ever once the fault was over; left out where it was not asked to. */
  recovered?: boolean
  verdict: 'right' | 'wrong'
  /** The clause that says so; a URL. */
  see: string
}

/** How an API or a client has done, fault by fault. */
export interface ExamReport {
  /** What was examined. */
  subject: string
  passed: boolean
  results: ExamResult[]
  /** Faults that the issuer cannot play as it is, or that a client does not meet, and why. */
  leftOut: { fault: string; place?: string; why: string }[]
}

/** Whether what was done is what a correct one does; what breaks is never right. */
export function verdictOf(expected: ClientVerdict, did: ExamResult['did']): ExamResult['verdict'] {
  const isRight = did !== 'break' && (expected === did || expected === 'either' || expected === 'handle')
  return isRight ? 'right' : 'wrong'
}

/** A report as JUnit XML has it: a test case a fault, failed where the verdict is wrong. */
export function asJunit({ subject, results, leftOut }: ExamReport): string {
  const wrong = results.filter(({ verdict }) => verdict === 'wrong')
  const cases = results.map((result) => {
    const name = `${placed(result)}: ${result.summary}`
    const head = `    <testcase classname="${escaped(subject)}" name="${escaped(name)}"`
    if (result.verdict === 'right') return `${head}/>`
    const why = `expected: ${result.expected}; seen: ${result.seen}. See ${result.see}`
    return `${head}>\n      <failure message="${escaped(why)}"/>\n    </testcase>`
  })
  const skipped = leftOut.map((left) =>
    [
      `    <testcase classname="${escaped(subject)}" name="${escaped(placed(left))}">`,
      `      <skipped message="${escaped(left.why)}"/>`,
      '    </testcase>',
    ].join('\n'),
  )
  const counts = `tests="${results.length + leftOut.length}" failures="${wrong.length}" skipped="${leftOut.length}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="${escaped(subject)}" ${counts}>`,
    ...cases,
    ...skipped,
    '  </testsuite>',
    '</testsuites>\n',
  ].join('\n')
}

/** A fault and where it was. */
export function placed({ fault, place }: { fault: string; place?: string }): string {
  return place === undefined ? fault : `${fault} at ${place}`
}

/** Text as an attribute has it; characters that XML cannot hold are left out. */
function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML cannot hold
  const holdable = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
  return holdable.replace(/[&<>"\n\r\t]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
