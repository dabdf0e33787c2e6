import { connect, defineFixtures, startUnderstudy, type Understudy, UnderstudyError } from 'understudy-idp'
import { connect as connectAlone, type Understudy as Remote } from 'understudy-idp/client'
import { UnderstudyContainer } from 'understudy-idp/testcontainers'

export const fixtures = defineFixtures({
  users: ['alice', { username: 'bob', claims: { groups: ['admin'] } }],
  clients: [{ client_id: 'web', redirect_uris: ['http://localhost:3000/callback'] }],
  claims: (user) => ({ shout: user.username.toUpperCase() }),
})

export async function use(): Promise<void> {
  await using idp: Understudy = await startUnderstudy({ fixtures, port: 0 })
  await using remote: Remote = await connectAlone(idp.origin, { adminToken: 's3cret' })
  const other: Remote = await connect(idp.origin)
  await using issuer = await remote.createIssuer({ users: ['carol'] })
  const armed = await issuer.arm({ fault: 'slow_down', when: { client: 'tv' }, times: 2 })
  const fires: number = (await armed.fired(2, { waitMs: 10 })).fires
  const entries = await idp.requests({ endpoint: 'token', count: 2, wait: '5s' })
  const status: number | undefined = entries[0]?.answer?.status
  const { access_token: token } = await idp.tokens({ client: 'web', user: 'alice', faults: ['exp-in-past'] })
  const callback: URL = await idp.login('alice', { client: 'web', scope: 'openid' })
  await idp.verify([{ when: { endpoint: 'token', grant_type: 'refresh_token' }, times: { min: 1, max: 2 } }])
  await idp.clock.advance('31d')
  await idp.users.put('dave', { state: 'locked' })
  const page = idp.requests.follow({ since: 0 })
  for await (const { id } of page) console.log(id, fires, status, token, callback, other.url)
  // @ts-expect-error there is no such fault
  await idp.arm('slow_dwon')
  // @ts-expect-error a user has no such member
  await idp.users.put('dave', { passwrd: 'x' })
}

const failed = new UnderstudyError('ERR_FAULT_INVALID', 400, 'Failed to arm.')
export const code: string = failed.code

export async function contain(): Promise<Understudy> {
  const container = await new UnderstudyContainer()
    .withFixtures({ users: ['alice'] })
    .withAdminToken('s3cret')
    .start()
  return container.connect()
}
