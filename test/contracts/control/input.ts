import { expect, test } from 'vitest'
import type { Control } from '../../../src/control/control.ts'
import { type ControlUnderTest, failure } from '../control.ts'

type Ask = (control: Control) => Promise<unknown>

/** Input as a program in JavaScript might give it, where no compiler looks. */
const loosely = (given: unknown) => given as never

/** What no operation takes, and what its refusal names. */
const refused: readonly [what: string, ask: Ask, named: string][] = [
  ['an option of reset', (control) => control.reset('default', loosely({ kep: [] })), 'Did you mean "keep"?'],
  ['what reset keeps', (control) => control.reset('default', { keep: [loosely('token')] }), 'Did you mean "tokens"?'],
  ['no map for reset', (control) => control.reset('default', loosely(null)), 'a map'],
  ['an option of a rotation', (control) => control.rotateKeys('default', loosely({ algo: 'RS256' })), '"alg"?'],
  ['the kind of an option', (control) => control.rotateKeys('default', loosely({ keep_old: 'no' })), 'true or false'],
  [
    'a scenario neither on nor off',
    (control) => control.toggleScenario('default', 'tv-expires', loosely(undefined)),
    'enabled',
  ],
  ['a patch of nothing', (control) => control.patchFixtures('default', undefined), ''],
  ['a patch that is no map', (control) => control.patchFixtures('default', []), 'a fixtures document'],
  [
    'a patch by the name of a prototype',
    (control) => control.patchFixtures('default', JSON.parse('{"__proto__":{}}')),
    '__proto__',
  ],
  ['a user that is none', (control) => control.putUser('default', 'dave', 5), 'expected a user'],
  ['a client that is none', (control) => control.putClient('default', 'app', 'app'), 'expected a client'],
  ['a scope that is none', (control) => control.putScope('default', 'api', undefined), ''],
  ['a fault that is none', (control) => control.arm('default', undefined), ''],
  ['a fault that is a list', (control) => control.arm('default', ['slow_down']), 'expected an armed fault'],
  ['a request to release', (control) => control.release('default', 'f1', { request: 0 }), 'request'],
  ['an option of a release', (control) => control.release('default', 'f1', loosely({ requst: 1 })), '"request"?'],
  [
    'a device request of nobody',
    (control) => control.actOnDevice('default', 'A', loosely({ action: 'approve', user: '' })),
    'who approves',
  ],
  [
    'what becomes of a device',
    (control) => control.actOnDevice('default', 'A', loosely({ action: 'aprove' })),
    'approve',
  ],
  [
    'what becomes of a backchannel request',
    (control) => control.actOnCiba('default', 'x', loosely({ action: 'list' })),
    'approve',
  ],
  ['an initiation', (control) => control.initiateLogin('default', 'tv-app', loosely({ hint: 'alice' })), 'hint'],
  ['a filter of grants', (control) => control.grants('default', loosely({ usr: 'alice' })), 'Did you mean "user"?'],
  ['whose grants to revoke', (control) => control.revokeGrants('default', loosely({ usr: 'alice' })), '"user"?'],
  ['grants of nobody', (control) => control.revokeGrants('default', { user: undefined }), 'whose'],
  ['grants of no filter', (control) => control.revokeGrants('default', {}), 'whose'],
  ['a filter of sessions', (control) => control.sessions('default', loosely({ usr: 'alice' })), 'Did you mean "user"?'],
  ['whose sessions to end', (control) => control.endSessions('default', loosely({ usr: 'alice' })), '"user"?'],
  ['sessions of nobody', (control) => control.endSessions('default', { user: undefined }), 'whose'],
  ['sessions of no filter', (control) => control.endSessions('default', loosely(null)), 'whose'],
  ['a sign-in of nobody', (control) => control.signIn('default', loosely(undefined)), ''],
  ['an option of a sign-in', (control) => control.signIn('default', loosely({ user: 'alice', ages: '1h' })), '"age"?'],
  ['an age', (control) => control.signIn('default', { user: 'alice', age: 'long' }), 'age'],
  ['an origin', (control) => control.signIn('default', { user: 'alice', origins: ['here'] }), 'origins[0]'],
  ['a logout of nobody', (control) => control.backchannelLogout('default', loosely(undefined)), ''],
  [
    'a member of a logout',
    (control) => control.backchannelLogout('default', loosely({ user: 'alice', clients: 'c' })),
    '"client"?',
  ],
  ['a token order', (control) => control.mint('default', loosely({ cliant: 'tv-app' })), 'Did you mean "client"?'],
  ['no token order', (control) => control.mint('default', loosely(undefined)), ''],
  [
    'a certificate order',
    (control) => control.issueCertificate(loosely({ subjekt: 'CN=x' })),
    'Did you mean "subject"?',
  ],
  ['how far a clock advances', (control) => control.advanceClock('default', loosely(undefined)), 'by'],
  ['how far a clock is off', (control) => control.setClock('default', loosely({ skw: 1 })), 'skew'],
  ['a journal query', (control) => control.requests('default', loosely({ cliant: 'tv-app' })), 'cliant'],
  ['whose requests to forget', (control) => control.clearRequests('default', { tag: undefined }), 'whose'],
  ['an option of an entry', (control) => control.request('default', '1', loosely({ secret: true })), 'secret'],
  ['a verification', (control) => control.verify('default', loosely({ expct: [] })), 'expct'],
  ['the name of an issuer', (control) => control.createIssuer(loosely({ name: 5 })), 'name'],
]

/** How every control takes what it should not be given. */
export function inputContract(subject: () => ControlUnderTest): void {
  test.each(refused)('%s that does not fit is refused, and nothing happens', async (_what, ask, named) => {
    const { control } = subject()
    const { id } = await control.signIn('default', { user: 'alice' })
    const keys = await control.keys('default')

    const error = await failure(ask(control))

    expect(error).toMatchObject({ code: 'ERR_REQUEST_INVALID', status: 400, message: expect.stringContaining(named) })
    expect(await control.sessions('default')).toMatchObject([{ id }])
    expect(await control.keys('default')).toEqual(keys)
    expect(await control.scenarios('default')).toMatchObject([{ enabled: false }])
  })

  test('a regular expression may select in the journal', async () => {
    const { control } = subject()

    expect(await control.requests('default', { client: loosely(/e2e/) })).toEqual([])
  })
}
