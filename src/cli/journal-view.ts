import type { JournalEntry } from '../control/requests.ts'

/** An entry on one line: when, what, of whom, how it was answered, and why so. */
export function lineOf(entry: JournalEntry): string {
  const who = [entry.client ?? '-', entry.user ?? '-'].join(' ')
  const faults = entry.faults.map(({ fault }) => `fault ${fault}`).join(', ')
  const parts = [entry.id.padStart(4), timeOf(entry), whatOf(entry), who, outcomeOf(entry), faults, whyOf(entry)]
  return `${parts.filter(Boolean).join('  ')}\n`
}

/** All of an entry. */
export function describeEntry(entry: JournalEntry): string {
  const { answer, refusal } = entry
  const sections = [
    lineOf({ ...entry, ...(refusal && { refusal: { ...refusal, why: '' } }) }).trim(),
    refusal && section('why', [refusal.why]),
    section('request', [`${entry.method} ${entry.url}`, ...lines(entry.params), ...(entry.body ? [entry.body] : [])]),
    section('headers', lines(entry.headers)),
    ...tokens('received', entry.tokens.received),
    answer && section('answer', [`${answer.status}`, ...lines(answer.headers)]),
    answer?.location && section('sent to', [answer.location.url, ...lines(answer.location.params)]),
    answer?.body ? section('body', bodyOf(answer)) : undefined,
    ...tokens('issued', entry.tokens.issued),
    section('more', [`flow ${entry.flow ?? '-'}`, `tag ${entry.tag ?? '-'}`, ...pollOf(entry), ...faultsOf(entry)]),
  ]
  return `${sections.filter(Boolean).join('\n')}\n`
}

function timeOf({ time }: JournalEntry): string {
  return time.slice(11, 23)
}

function whatOf({ kind, endpoint, grant_type: grant }: JournalEntry): string {
  const what = grant === undefined ? endpoint : `${endpoint} (${grant})`
  return kind === 'call' ? `→ ${what}` : what
}

function outcomeOf({ answer, refusal, broken, failure, duration_ms: ms }: JournalEntry): string {
  const status = answer === undefined ? (failure ?? 'no answer') : String(answer.status)
  return [status, refusal?.error, broken && 'broken off', `${Math.round(ms)} ms`].filter(Boolean).join(' ')
}

function whyOf({ refusal }: JournalEntry): string {
  return refusal?.why ?? ''
}

function pollOf({ since_previous_ms: since, required_ms: required }: JournalEntry): string[] {
  return since === undefined ? [] : [`polled ${since} ms after the poll before, ${required} ms required`]
}

function faultsOf({ faults }: JournalEntry): string[] {
  return faults.map(({ id, fault, origin }) => `fault ${fault} (${id}, ${origin})`)
}

function bodyOf({ json, body }: NonNullable<JournalEntry['answer']>): string[] {
  return (json === undefined ? body : JSON.stringify(json, null, 2)).split('\n')
}

function tokens(word: string, decoded: JournalEntry['tokens']['issued']): string[] {
  return Object.entries(decoded).map(([name, token]) =>
    section(`${word} ${name}`, JSON.stringify(token, null, 2).split('\n')),
  )
}

function lines(texts: Readonly<Record<string, string | string[]>>): string[] {
  return Object.entries(texts).flatMap(([name, value]) => [value].flat().map((each) => `${name}: ${each}`))
}

function section(head: string, body: readonly string[]): string {
  return [head, ...body.map((line) => `  ${line}`)].join('\n')
}
