import { createConnection } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ArmedFaultInput } from '../../src/faults/spec.ts'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { PlainClient, secret } from './plain-client.ts'

let idp: Understudy
let client: PlainClient

beforeAll(async () => {
  idp = await startUnderstudy({
    fixtures: { clients: [{ client_id: 'app', client_secret: secret, grant_types: ['client_credentials'] }] },
  })
  client = new PlainClient(idp.url)
})

beforeEach(() => idp.reset())

afterAll(() => idp.close())

const discovery = () => fetch(`${idp.url}/.well-known/openid-configuration`)

describe('what changes nothing has not fired', () => {
  test.each<ArmedFaultInput>([
    { fault: 'discovery-missing-member', with: { member: 'nope' } },
    { fault: 'discovery-wrong-endpoint', with: { member: 'tokn_endpoint' } },
    { fault: 'truncate', with: { after_bytes: 100_000 }, when: { endpoint: 'discovery' } },
  ])('%j', async (spec) => {
    const usual = await (await discovery()).text()
    await idp.arm(spec)

    expect(await (await discovery()).text()).toBe(usual)
    expect(await idp.armed()).toMatchObject([{ matches: 1, fires: 0, spent: false }])
    expect(await idp.requests({ fault: spec.fault as string })).toEqual([])
  })

  test('unknown-members that the answer has', async () => {
    await idp.arm({ fault: 'unknown-members', with: { members: { access_token: 'mine', expires_in: 1 } } })

    const { json } = await client.token({ grant_type: 'client_credentials' })

    expect(json.expires_in).toBe(3600)
    expect(await idp.armed()).toMatchObject([{ matches: 1, fires: 0 }])
  })
})

test('a length that is wrong by nothing is refused', async () => {
  await expect(idp.arm({ fault: 'wrong-content-length', with: { by: 0 } })).rejects.toThrow(
    'with.by: expected a number other than 0',
  )
})

test('an answer to HEAD that drips has no body', async () => {
  await idp.arm({ fault: 'slow-drip', with: { bytes: 1000, ms: 1 }, when: { endpoint: 'discovery' } })
  const { port } = new URL(idp.url)
  const socket = createConnection(Number(port), '127.0.0.1')
  let seen = ''
  socket.on('data', (chunk) => {
    seen += chunk
  })
  socket.write('HEAD /.well-known/openid-configuration HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await new Promise((resolve) => socket.once('close', resolve))

  const [head, body] = seen.split('\r\n\r\n')
  expect(Number(/content-length: (\d+)/i.exec(head ?? '')?.[1])).toBeGreaterThan(1000)
  expect(body).toBe('')
  expect(await idp.armed()).toMatchObject([{ fires: 1 }])
})

test('what holds no request is told apart from what holds none yet', async () => {
  const latency = await idp.arm({ fault: 'latency', with: { ms: 1 } })
  const hold = await idp.arm('hold')

  await expect(latency.release()).rejects.toThrow('it never holds a request: only hold does.')
  await expect(hold.release()).rejects.toThrow('it holds no request now. Wait until')
})
