import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { catalogFaults } from '../../src/faults/catalog.ts'
import { checkArmedFault } from '../../src/faults/plan.ts'
import { readArmedFault as readOfAny } from '../../src/faults/read.ts'
import { armedFaultSchema } from '../../src/faults/spec.ts'
import { mistake } from './exchanges.ts'

const readArmedFault = (written: unknown) => readOfAny(written, catalogFaults)

const invalid = (text: string) => `ERR_FAULT_INVALID 400 Failed to arm ${text}`
const polls = 'token (grant type device_code or ciba)'

const mistakes: [written: unknown, text: string][] = [
  [
    { fault: 'slow_dwn' },
    'ERR_FAULT_UNKNOWN 404 Failed to arm "slow_dwn": no such fault. Did you mean "slow_down"? "understudy faults" lists them.',
  ],
  [
    { script: ['pass', { fault: 'zzzzzzzz' }] },
    'ERR_FAULT_UNKNOWN 404 Failed to arm "zzzzzzzz": no such fault. "understudy faults" lists them.',
  ],
  [{}, invalid('a fault: expected a fault or a script.')],
  [3, invalid('a fault: expected a map of fault, with, script, when, skip, times, per, probability, seed, for.')],
  [{ script: [] }, invalid('a fault: script: expected a list of one or more steps.')],
  [{ script: [3] }, invalid('a fault: script[0]: expected pass, the name of a fault, or a map of fault and with.')],
  [{ script: ['pass'] }, invalid('a fault: script: a script of nothing but pass does nothing.')],
  [{ fault: 'slow_down', script: ['pass'] }, invalid('"slow_down": script: expected a fault or a script, not both.')],
  [
    { script: ['slow_down'], with: { status: 200 } },
    invalid('"slow_down": with: a script takes no with: give it to a step, as {fault, with}.'),
  ],
  [
    { script: [{ fault: 'slow_down', wiht: {} }] },
    invalid('"slow_down": script[0]: no such member "wiht". Did you mean "with"?'),
  ],
  [
    { script: ['slow_down', { fault: 'slow_down', with: { status: 20 } }] },
    invalid('"slow_down": script[1].with.status: expected 200, as some providers answer, or 400 to 599.'),
  ],
  [{ fault: 'slow_down', wen: {} }, invalid('"slow_down": no such member "wen". Did you mean "when"?')],
  [
    { fault: 'slow_down', when: { clinet: 'a' } },
    invalid('"slow_down": when: no such member "clinet". Did you mean "client"?'),
  ],
  [
    { fault: 'slow_down', with: { statu: 3 } },
    invalid(
      '"slow_down": with: no such parameter "statu". Did you mean "status"? "slow_down" takes description, uri, status, retry_after.',
    ),
  ],
  [
    { fault: 'inactive', with: { description: 'x' } },
    invalid('"inactive": with: no such parameter "description". "inactive" takes no parameters.'),
  ],
  [
    { fault: 'slow_down', when: { endpoint: 'userinfo' } },
    invalid(`"slow_down": when.endpoint: "slow_down" cannot fire at userinfo. It fires at ${polls}.`),
  ],
  [
    { fault: 'slow_down', when: { endpoint: ['token', 'jwks'] } },
    invalid(`"slow_down": when.endpoint: "slow_down" cannot fire at jwks. It fires at ${polls}.`),
  ],
  [
    { fault: 'slow_down', when: { endpoint: '/info$/' } },
    invalid(
      `"slow_down": when.endpoint: there is no endpoint where all of it can fire: "slow_down" fires at ${polls}.`,
    ),
  ],
  [
    { fault: 'slow_down', when: { endpoint: 'tokn' } },
    invalid(
      '"slow_down": when.endpoint: no such endpoint. Did you mean "token"? Expected one of authorization, token, ' +
        'device_authorization, userinfo, introspection, revocation, pushed_authorization_request, ' +
        'backchannel_authentication, registration, end_session, jwks, discovery, resource, a /regex/, or a list of them.',
    ),
  ],
  [
    { fault: 'slow_down', when: { grant_type: 'authorization_code' } },
    invalid(`"slow_down": when.grant_type: it cannot fire with authorization_code: "slow_down" fires at ${polls}.`),
  ],
  [
    { fault: 'slow_down', when: { grant_type: '/^auth/' } },
    invalid(`"slow_down": when.grant_type: no grant type that matches can be meant: "slow_down" fires at ${polls}.`),
  ],
  [
    { fault: 'inactive', when: { grant_type: 'device_code' } },
    invalid(
      '"inactive": when.grant_type: only token requests have a grant type, and "inactive" fires at introspection.',
    ),
  ],
  [{ fault: 'inactive', for: 0 }, invalid('"inactive": for: expected a duration above 0.')],
  [
    { fault: 'slow_down', with: { status: 302 } },
    invalid('"slow_down": with.status: expected 200, as some providers answer, or 400 to 599.'),
  ],
  [
    { script: ['slow_down', 'inactive'] },
    invalid(
      `"slow_down": script: there is no endpoint where all of it can fire: "slow_down" fires at ${polls}; "inactive" fires at introspection.`,
    ),
  ],
  [
    { fault: 'login_required', with: { status: 401, retry_after: 3 } },
    invalid(
      '"login_required": with.status: "login_required" takes no status at authorization: there the error travels by redirect. Leave it out. ' +
        'with.retry_after: "login_required" takes no retry_after at authorization: there the error travels by redirect. Leave it out.',
    ),
  ],
  [
    { script: ['pass', { fault: 'server_error', with: { status: 502 } }], when: { endpoint: 'authorization' } },
    invalid(
      '"server_error": script[1].with.status: "server_error" takes no status at authorization: there the error travels by redirect. Leave it out.',
    ),
  ],
  [
    { fault: 'inactive', when: { client: '/(/' } },
    invalid('"inactive": when.client: expected text, a /regex/ (flags i, m, s, u, v), or a list of them.'),
  ],
  [
    { fault: 'inactive', when: { header: { 'x-test': '/a/g' } } },
    invalid('"inactive": when.header.x-test: expected text, a /regex/ (flags i, m, s, u, v), or a list of them.'),
  ],
  [
    { fault: 'inactive', skip: -1, times: 0, probability: 2, for: 'soon' },
    invalid(
      '"inactive": skip: expected a whole number, 0 or more. times: expected a whole number, 1 or more, or always. ' +
        'probability: expected a number above 0, up to 1. ' +
        'for: expected a duration: a number of seconds, or text such as 90s, 10m, 1h or 31d.',
    ),
  ],
  [{ fault: 'inactive', seed: 1 }, invalid('"inactive": seed: a seed needs a probability.')],
]

test.each(mistakes)('%j is refused with a way out', (written, text) => {
  expect(mistake(() => readArmedFault(written))).toBe(text)
})

test.each([
  { fault: 'server_error', with: { status: 502 } },
  { fault: 'login_required', when: { endpoint: 'pushed_authorization_request' }, with: { status: 403 } },
  { fault: 'invalid_client', when: { endpoint: 'authorization' }, with: { status: 403 } },
  { fault: 'slow_down', when: { grant_type: 'urn:ietf:params:oauth:grant-type:device_code' } },
  { fault: 'server_error', when: { endpoint: '/authorization$/' }, times: 'always', probability: 0.5, seed: 3 },
  { script: ['slow_down', 'pass', { fault: 'server_error', with: { retry_after: '2m' } }], per: 'client', for: '30s' },
])('%j can be armed', (written) => {
  expect(readArmedFault(written).spec).toMatchObject({ skip: 0 })
})

test('what has been read can be read again', () => {
  const { spec } = readArmedFault({ script: ['slow_down'], for: '1m', when: { client: ['a', '/b/'] } })
  expect(readArmedFault(spec).spec).toEqual(spec)
})

test('mistakes carry their paths, for editors and for the API', () => {
  const spec = armedFaultSchema.parse({ script: ['pass', { fault: 'slow_down', with: { uri: 'no' } }] })
  expect(checkArmedFault(spec)).toEqual([{ path: ['script', 1, 'with', 'uri'], message: 'expected a URL' }])
})

test('a script runs where every step can fire, and only with grants that every step is for', () => {
  const { plan } = readArmedFault({ script: ['slow_down', 'server_error'] })
  expect([...plan.endpoints]).toEqual(['token'])
  expect(plan.grantTypes).toEqual(['device_code', 'ciba'])
})

test('what is seldom meant at an endpoint fires there only if asked to', () => {
  expect([...readArmedFault({ fault: 'invalid_grant' }).plan.endpoints]).toEqual(['token'])
  const asked = readArmedFault({ fault: 'invalid_grant', when: { endpoint: 'revocation' } })
  expect([...asked.plan.endpoints]).toEqual(['revocation'])
})

const validate = new Ajv2020({ strict: false }).compile(z.toJSONSchema(armedFaultSchema, { io: 'input' }))

test.each([
  [{ fault: 'slow_down', when: { endpoint: '/tok/', client: ['a'] }, times: 'always', for: '30s' }, true],
  [{ script: ['pass', { fault: 'slow_down', with: { status: 429 } }] }, true],
  [{ fault: 'slow_dwn' }, false],
  [{ script: ['slow_dwn'] }, false],
  [{ fault: 'slow_down', script: ['pass'] }, false],
  [{ with: {} }, false],
  [{ fault: 'slow_down', tims: 1 }, false],
  [{ fault: 'slow_down', when: { endpoint: 'tokn' } }, false],
])('an editor with the JSON Schema takes %j: %s', (written, valid) => {
  expect(validate(written)).toBe(valid)
})
