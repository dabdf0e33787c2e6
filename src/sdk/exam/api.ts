import type { FaultStep } from '../../domain/issuer.ts'
import { UnderstudyError } from '../../errors.ts'
import { catalog } from '../../faults/catalog.ts'
import type { Fault, TokenFault } from '../../faults/fault.ts'
import type { UnderstudyIssuer } from '../verbs.ts'
import { type ExamReport, type ExamResult, verdictOf } from './report.ts'

/** What an API is asked with, and how. */
export interface ApiExam {
  /** Where it is asked. */
  url: string | URL
  /** Default: GET. */
  method?: string
  /** The client that the tokens are for. */
  client: string
  /** Whom they are about. Default: the client itself. */
  user?: string
  scope?: string
  /** Whom they are meant for. Default: as a flow would have it. */
  audience?: string | string[]
  /** How long an answer may take, in milliseconds. Default: 10,000. */
  timeoutMs?: number
  /** Asks in place of the global `fetch`. */
  fetch?: typeof fetch
}

type Said = Pick<ExamResult, 'did' | 'seen'>

/**
 * Calls an API with a good access token, and then with one for each fault of access tokens: it is expected to take the
 * one, and to answer the others with 401 or 403.
 *
 * @throws UnderstudyError `ERR_EXAM_CONTROL` (409) where the API refuses the good token, so that nothing else could be told
 */
export async function examineApi(issuer: Pick<UnderstudyIssuer, 'tokens'>, exam: ApiExam): Promise<ExamReport> {
  const good = await mint(issuer, exam)
  const said = await ask(exam, good)
  if (said.did !== 'accept') {
    const message = `Failed to examine ${exam.url}: ${refusal(said, good)}`
    throw new UnderstudyError('ERR_EXAM_CONTROL', 409, message)
  }
  const results: ExamResult[] = [control(said)]
  const leftOut: ExamReport['leftOut'] = []
  for (const row of rows) {
    const bad = await mint(issuer, exam, row.step).catch(whyNot)
    if (typeof bad === 'string') results.push(resultOf(row, await ask(exam, bad)))
    else leftOut.push({ fault: row.name, why: bad.why })
  }
  const passed = results.every(({ verdict }) => verdict === 'right')
  return { subject: String(exam.url), passed, results, leftOut }
}

/** Why an API that does not take a good token cannot be examined, and what to do. */
function refusal({ did, seen }: Said, token: string): string {
  if (did === 'break') return `it answers a good access token with ${seen}. See that it runs, and what it says of it.`
  const opaque = token.includes('.')
    ? ''
    : ' The token is opaque: have the client get JWTs (access_token: { format: jwt }).'
  return `it answers a good access token with ${seen}. Give the client, user, scope and audience that it expects.${opaque}`
}

/** Why an issuer cannot play a fault: its keys may not be such. */
function whyNot(error: unknown): { why: string } {
  if (error instanceof UnderstudyError && error.code === 'ERR_FAULT_INVALID') return { why: error.message }
  throw error
}

/** A fault as an API meets it. */
interface Row {
  /** Its name, and its parameters where they are not the usual ones. */
  name: string
  fault: TokenFault
  step: FaultStep
}

const rows = catalog.flatMap((fault: Fault): Row[] => {
  if (fault.acts !== 'token' || !fault.tokens.includes('access_token')) return []
  const others = (fault.exam?.alsoWith ?? []).map((params) => ({
    name: `${fault.name} (${Object.values(params).join(', ')})`,
    fault,
    step: { fault: fault.name, with: { ...params } },
  }))
  return [{ name: fault.name, fault, step: fault.name }, ...others]
})

function resultOf({ name, fault: { summary, see, client, clientOf } }: Row, said: Said): ExamResult {
  const expected = clientOf?.access_token ?? client
  const verdict = verdictOf(expected, said.did)
  return { fault: name, summary, expected, ...said, verdict, see: aboutAccessTokens(see) }
}

/** The clause as an API has it: what OpenID Connect says of ID tokens, RFC 9068 says of access tokens. */
function aboutAccessTokens(see: string): string {
  return see.startsWith('https://openid.net/') ? 'https://www.rfc-editor.org/rfc/rfc9068#section-4' : see
}

function control(said: Said): ExamResult {
  const see = 'https://www.rfc-editor.org/rfc/rfc6750#section-2.1'
  return { fault: 'none', summary: 'The access token is good.', expected: 'accept', ...said, verdict: 'right', see }
}

async function mint(
  issuer: Pick<UnderstudyIssuer, 'tokens'>,
  { client, user, scope, audience }: ApiExam,
  ...faults: FaultStep[]
): Promise<string> {
  const { access_token: token = '' } = await issuer.tokens({ client, user, scope, audience, faults })
  return token
}

async function ask(
  { url, method = 'GET', timeoutMs = 10_000, fetch: asked = fetch }: ApiExam,
  token: string,
): Promise<Said> {
  try {
    const headers = { authorization: `Bearer ${token}` }
    const response = await asked(url, { method, headers, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) })
    await response.arrayBuffer()
    return { did: didBy(response.status), seen: String(response.status) }
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string } }
    return { did: 'break', seen: `no answer (${cause?.code ?? message})` }
  }
}

function didBy(status: number): ExamResult['did'] {
  if (status === 401 || status === 403) return 'reject'
  return status >= 200 && status < 300 ? 'accept' : 'break'
}
