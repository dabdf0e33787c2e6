import type { Control } from '../control/control.ts'
import { cibaOf } from './ciba.ts'
import { clockOf } from './clock.ts'
import { deviceOf } from './device.ts'
import { clientsOf, scopesOf, usersOf } from './entries.ts'
import { faultsOf } from './faults.ts'
import { grantsOf } from './grants.ts'
import { keysOf } from './keys.ts'
import { login } from './login/login.ts'
import { requestsOf } from './requests.ts'
import { sessionCookies, sessionsOf } from './sessions.ts'
import { tagged } from './tagged.ts'
import type { UnderstudyIssuer } from './verbs.ts'

/** One issuer by a control, whichever that is. */
export function issuerOf(control: Control, origin: string, name: string, url: string): UnderstudyIssuer {
  const hosts = [...new Set([url, origin].map((each) => new URL(each).hostname))]
  const issuer: UnderstudyIssuer = {
    name,
    url,
    ...faultsOf(control, name),
    scenario: (scenario, enabled) => control.toggleScenario(name, scenario, enabled),
    requests: requestsOf(control, name),
    verify: (expected) => control.verify(name, Array.isArray(expected) ? { expect: expected } : expected),
    device: deviceOf(control, name),
    ciba: cibaOf(control, name),
    clock: clockOf(control, name),
    keys: keysOf(control, name),
    sessions: sessionsOf(control, name),
    grants: grantsOf(control, name),
    users: usersOf(control, name),
    clients: clientsOf(control, name),
    scopes: scopesOf(control, name),
    fixtures: () => control.fixtures(name),
    patch: (document) => control.patchFixtures(name, document),
    tokens: (order) => control.mint(name, order),
    sessionCookies: (user, options) => sessionCookies(control, name, hosts, { ...options, user }),
    initiateLogin: async (client, initiation) =>
      new URL((await control.initiateLogin(name, client, initiation, origin)).url),
    login: (user, options) => login({ control, name, url, origin }, user, options),
    logout: async (who) => (await control.backchannelLogout(name, who)).deliveries,
    tagged: (tag) => tagged(issuer, hosts, tag),
    reset: (options) => control.reset(name, options),
  }
  return issuer
}
