import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type ArmedFaultInput,
  type IssuerModule,
  startUnderstudy,
  type Understudy,
  type UnderstudyIssuer,
} from '../../src/index.ts'
import { UserAgent } from '../user-agent.ts'
import { discover } from './flows.ts'

const crowd = 200
/** They take seconds, on a busy machine many. */
const timeout = 120_000
const redirectUri = 'http://localhost:3000/callback'
const members: IssuerModule = {
  // Far cheaper to sign than the usual RS256: what is looked at is whose each token is.
  id_token: { signed_response_alg: 'ES256' },
  access_token: { format: 'opaque' },
  users: ['alice'],
  clients: [
    {
      client_id: 'web',
      client_secret: 'web-secret',
      id_token_signed_response_alg: 'ES256',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      consent: 'skip',
      auto_login: 'alice',
    },
  ],
}

/** What is done of a flow, in this order; `code` and `refresh` are at the token endpoint. */
type Step = 'authorization' | 'code' | 'userinfo' | 'introspection' | 'refresh'

/** A fault that a flow arms for itself, and what its client makes of it at a step. */
interface Plan {
  fault?: ArmedFaultInput
  step?: Step
  seen?: string
}

/** Seven, so that all of them meet every way to move the clock, of which there are three. */
const plans: Plan[] = [
  {},
  {
    fault: { fault: 'temporarily_unavailable', when: { endpoint: 'authorization' } },
    step: 'authorization',
    seen: 'temporarily_unavailable',
  },
  {
    fault: { fault: 'invalid_grant', when: { grant_type: 'authorization_code' } },
    step: 'code',
    seen: 'invalid_grant',
  },
  {
    fault: { fault: 'invalid-aud', when: { token: 'id_token', grant_type: 'authorization_code' } },
    step: 'code',
    seen: 'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  },
  { fault: { fault: 'invalid_token', when: { endpoint: 'userinfo' } }, step: 'userinfo', seen: 'invalid_token' },
  { fault: { fault: 'inactive', when: { endpoint: 'introspection' } }, step: 'introspection', seen: 'inactive' },
  { fault: { fault: 'invalid_scope', when: { grant_type: 'refresh_token' } }, step: 'refresh', seen: 'invalid_scope' },
]

/** One of the crowd: where it is, what it is to meet, and what it has seen so far. */
interface Flow {
  idp: UnderstudyIssuer
  plan: Plan
  /** How it moves its clock: not at all, a little, or beyond the life of an access token. */
  advanceSeconds: number
  state: string
  /** Parameters by which the flow says whose it is. */
  mark: Record<string, string>
  config: client.Configuration
  tokens?: client.TokenEndpointResponse
  seen: string[]
}

let server: Understudy
let flows: Flow[]

const endpointOf = (step: Step) => (step === 'code' || step === 'refresh' ? 'token' : step)
const all = <Result>(act: (flow: Flow, index: number) => Promise<Result>) => Promise.all(flows.map(act))
const planOf = (index: number) => plans[index % plans.length] as Plan

/** What its client says of what went wrong. */
function reason(error: unknown): string {
  const { error: code, code: kind, cause } = error as { error?: string; code?: string; cause?: unknown }
  const [challenge] = Array.isArray(cause) ? cause : []
  return challenge?.parameters.error ?? code ?? kind ?? String(error)
}

/** Does a step, and notes what came of it. */
async function take<Result>(flow: Flow, step: Step, act: () => Promise<Result>): Promise<Result | undefined> {
  try {
    const result = await act()
    const { active } = result as { active?: boolean }
    flow.seen.push(`${step} ${active === false ? 'inactive' : 'ok'}`)
    return result
  } catch (error) {
    flow.seen.push(`${step} ${reason(error)}`)
    return undefined
  }
}

async function authorize({ config, state, mark }: Flow): Promise<URL> {
  const url = client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid', state, ...mark })
  const { url: callback } = await new UserAgent().open(url)
  const error = callback.searchParams.get('error')
  if (error !== null) throw Object.assign(new Error(error), { error })
  return callback
}

/** Logs in; once more where the first attempt fails. */
async function logIn(flow: Flow): Promise<void> {
  for (let attempt = 0; attempt < 2 && flow.tokens === undefined; attempt += 1) {
    const callback = await take(flow, 'authorization', () => authorize(flow))
    if (callback === undefined) continue
    const checks = { expectedState: flow.state }
    const tokens = await take(flow, 'code', () => client.authorizationCodeGrant(flow.config, callback, checks))
    if (tokens !== undefined) flow.tokens = tokens
  }
}

async function useTokens(flow: Flow): Promise<void> {
  const { access_token: access = '', refresh_token: refresh = '' } = flow.tokens ?? {}
  await take(flow, 'userinfo', () => client.fetchUserInfo(flow.config, access, 'alice'))
  await take(flow, 'introspection', () => client.tokenIntrospection(flow.config, access))
  await take(flow, 'refresh', () => client.refreshTokenGrant(flow.config, refresh))
}

/** The steps that a flow has to have taken, and the fault that fired at each, if one did. */
function stepsOf({ step: failing }: Plan): { step: Step; isFaulted: boolean }[] {
  const login: Step[] = ['authorization', 'code']
  const failed = failing === undefined || !login.includes(failing) ? [] : login.slice(0, login.indexOf(failing) + 1)
  const steps = [...login, 'userinfo', 'introspection', 'refresh'] as const
  return [
    ...failed.map((step) => ({ step, isFaulted: step === failing })),
    ...steps.map((step) => ({ step, isFaulted: failed.length === 0 && step === failing })),
  ]
}

/** What the client of a flow has to have seen of it, by its own fault and its own clock alone. */
function expectedOf({ plan, advanceSeconds }: Flow): string[] {
  const expired: Partial<Record<Step, string>> =
    advanceSeconds > 3600 ? { userinfo: 'invalid_token', introspection: 'inactive' } : {}
  return stepsOf(plan).map(({ step, isFaulted }) => `${step} ${(isFaulted ? plan.seen : expired[step]) ?? 'ok'}`)
}

async function expectOwnJournal({ idp, plan, state }: Flow): Promise<void> {
  const entries = (await idp.requests()).filter(({ endpoint }) => endpoint !== 'discovery')
  const steps = stepsOf(plan)
  expect(entries.map(({ endpoint, faults }) => [endpoint, ...faults.map(({ fault }) => fault)])).toEqual(
    steps.map(({ step, isFaulted }) => [endpointOf(step), ...(isFaulted ? [plan.fault?.fault] : [])]),
  )
  expect(new Set(JSON.stringify(entries).match(/state-\d+-end/g))).toEqual(new Set([state]))
  await idp.verify(
    (['authorization', 'token', 'userinfo', 'introspection'] as const).map((endpoint) => ({
      when: { endpoint },
      times: steps.filter(({ step }) => endpointOf(step) === endpoint).length,
    })),
  )
}

/** Each walks its way in step with the others, so that every fault is armed and every clock moved while all are asked. */
async function walk(): Promise<void> {
  await all(async ({ idp, plan }) => plan.fault && idp.arm(plan.fault))
  await all(logIn)
  await all(async ({ idp, advanceSeconds }) => advanceSeconds > 0 && idp.clock.advance(advanceSeconds))
  await all(useTokens)
}

async function expectOwn(flow: Flow): Promise<void> {
  expect(flow.seen).toEqual(expectedOf(flow))
  const { fault } = flow.plan
  expect((await flow.idp.armed()).map((armed) => [armed.fault, armed.fires])).toEqual(fault ? [[fault.fault, 1]] : [])
  await expectOwnJournal(flow)
}

/** A fault that never fires is told to the one who armed it, and to nobody else. */
async function expectUnfiredToldToOwner(): Promise<void> {
  const [owner, ...others] = flows.slice(0, 20) as [Flow, ...Flow[]]
  await owner.idp.arm({ fault: 'server_error', when: { endpoint: 'token' } })
  await expect(owner.idp.verify()).rejects.toMatchObject({ code: 'ERR_VERIFY_FAILED' })
  await Promise.all(others.map(({ idp }) => idp.verify()))
}

afterAll(() => server?.close())

describe(`${crowd} flows at once, each at an issuer of its own`, { timeout }, () => {
  beforeAll(async () => {
    server = await startUnderstudy()
    flows = await Promise.all(
      Array.from({ length: crowd }, async (_, index) => {
        const idp = await server.createIssuer({ ...members, name: `crowd-${index}` })
        const advanceSeconds = [0, index, 7200 + index][index % 3] as number
        const config = await discover(idp.url, 'web', 'web-secret')
        return { idp, plan: planOf(index), advanceSeconds, state: `state-${index}-end`, mark: {}, config, seen: [] }
      }),
    )
  })

  test('see their own faults, clock and journal, and nothing of the others', async () => {
    await walk()

    for (const flow of flows) await expectOwn(flow)
    const clocks = await all(({ idp }) => idp.clock.skew(0))
    expect(clocks.map(({ advanced_seconds: advanced }) => advanced)).toEqual(flows.map((flow) => flow.advanceSeconds))
    expect(await server.requests()).toEqual([])
    await expectUnfiredToldToOwner()
  })

  test('end and are reset one by one', async () => {
    await all(({ idp }, index) => (index % 2 === 0 ? idp.reset() : Promise.resolve()))

    for (const [index, flow] of flows.entries()) {
      if (index % 2 === 0) expect(await flow.idp.requests()).toEqual([])
      else await expectOwn(flow)
    }
  })
})

describe(`${crowd} flows at once, each with a tag of its own at one issuer`, { timeout }, () => {
  beforeAll(async () => {
    await server?.close()
    server = await startUnderstudy({ fixtures: members })
    const config = await discover(server.url, 'web', 'web-secret')
    flows = Array.from({ length: crowd }, (_, index) => {
      const tag = `test-${index}`
      const mark = { understudy_tag: tag }
      const state = `state-${index}-end`
      return { idp: server.tagged(tag), plan: planOf(index), advanceSeconds: 0, state, mark, config, seen: [] }
    })
  })

  test('see their own faults and journal, and nothing of the others', async () => {
    await walk()

    for (const flow of flows) await expectOwn(flow)
    const entries = await server.requests({ limit: 5000 })
    expect(entries.filter(({ tag }) => tag === undefined).map(({ endpoint }) => endpoint)).toEqual(['discovery'])
    await expectUnfiredToldToOwner()
  })
})
