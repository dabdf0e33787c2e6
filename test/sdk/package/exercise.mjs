/**
 * Uses every verb of the remote half once, on whatever runs this.
 *
 * @param {import('../../../src/sdk/client.ts')} library
 * @param {string} url of a server
 * @returns what each came to
 */
export async function exercise({ connect, UnderstudyError }, url) {
  const idp = await connect(url, { waitMs: 1000 })
  const issuer = await idp.createIssuer({
    users: ['alice', 'bob'],
    clients: [
      {
        client_id: 'web',
        client_secret: 's',
        redirect_uris: ['http://localhost:3000/callback'],
        backchannel_logout_uri: 'http://127.0.0.1:9/logout',
      },
      { client_id: 'worker', client_secret: 's', grant_types: ['client_credentials'] },
      { client_id: 'tv', grant_types: ['device_code'] },
    ],
    scenarios: { outage: { faults: [{ fault: 'temporarily_unavailable', times: 'always' }] } },
  })
  const form = (path, body) => fetch(issuer.url + path, { method: 'POST', body: new URLSearchParams(body) })
  const worker = { grant_type: 'client_credentials', client_id: 'worker', client_secret: 's' }
  const found = {}

  const armed = await issuer.arm('invalid_client')
  found.refused = (await form('/token', worker)).status
  found.fired = (await armed.fired()).fires
  await armed.disarm()
  found.armed = await issuer.armed()

  const hold = await issuer.arm('hold')
  const held = form('/token', worker)
  await hold.fired()
  found.released = await hold.release()
  found.held = (await held).status
  await issuer.disarm()

  await issuer.scenario('outage', true)
  found.outage = (await form('/token', worker)).status
  await issuer.scenario('outage', false)

  found.advanced = (await issuer.clock.advance('31d')).advanced_seconds
  found.skewed = (await issuer.clock.skew(-90)).skew_seconds
  found.isLater = (await issuer.clock.now()) > new Date(Date.now() + 30 * 86_400_000)
  await issuer.clock.skew(0)

  const callback = await issuer.login('alice', { client: 'web' })
  found.code = callback.searchParams.has('code')
  found.wrong = await issuer.login('nobody', { client: 'web' }).catch((error) => error.code)
  found.grants = (await issuer.grants.list()).map(({ client }) => client)
  await issuer.grants.revoke({ user: 'alice' })
  const cookies = await issuer.sessionCookies('bob')
  found.cookies = cookies.every(({ domain }) => domain === 'localhost')
  found.sessions = (await issuer.sessions.list()).map(({ user }) => user).sort()
  await issuer.sessions.end(cookies.id)
  found.deliveries = (await issuer.logout({ user: 'alice' })).map(({ client_id: id }) => id)

  const { user_code: code } = await (await form('/device/auth', { client_id: 'tv' })).json()
  found.pending = (await issuer.device.pending()).length
  await issuer.device.approve(code, 'alice')

  found.minted = Object.keys(await issuer.tokens({ client: 'web', user: 'alice', scope: 'openid' })).sort()
  found.keys = (await issuer.keys.list()).length === (await issuer.keys.rotate({ keep_old: false })).length

  found.put = [
    (await issuer.users.put('carol', { claims: { groups: ['admin'] } })).made,
    (await issuer.clients.put('second', { client_secret: 's', grant_types: ['client_credentials'] })).made,
    (await issuer.scopes.put('crate', { description: 'Crates' })).made,
  ]
  found.patched = (await issuer.patch({ users: ['dave'] })).users
  found.users = (await issuer.fixtures()).users.length

  found.requests = (await issuer.requests({ endpoint: 'token', count: 3, wait: '5s' })).length
  const following = new AbortController()
  for await (const entry of issuer.requests.follow({ since: 0 }, { signal: following.signal })) {
    found.followed = (await issuer.requests.get(entry.id)).id === entry.id
    break
  }
  following.abort()
  const tagged = issuer.tagged('mine')
  await tagged.login('bob', { client: 'web' })
  found.tagged = (await tagged.requests()).every(({ tag }) => tag === 'mine')
  found.verified = (await tagged.verify([{ when: { endpoint: 'authorization' } }])).expectations[0].met
  const unmet = await issuer.verify([{ when: { client: 'nobody' } }]).catch((error) => error)
  found.unmet = unmet instanceof UnderstudyError && unmet.message.split('\n', 1)[0]
  await issuer.requests.clear()

  await issuer.reset({ keep: ['clock'] })
  found.reset = [(await issuer.users.list()).length, (await issuer.clock.now()) > new Date(Date.now() + 86_400_000)]
  found.issuers = (await idp.issuers()).map(({ name }) => name).includes(issuer.name)

  const dispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')
  await issuer[dispose]()
  await issuer[dispose]()
  found.gone = (await idp.issuers()).every(({ name }) => name !== issuer.name)
  await idp.close()
  await idp[dispose]()
  found.unreachable = await connect('http://127.0.0.1:9').catch((error) => error.code)
  return found
}
