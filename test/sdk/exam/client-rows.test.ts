import { expect, test } from 'vitest'
import { faultNames } from '../../../src/faults/catalog.ts'
import { checkArmedFault } from '../../../src/faults/plan.ts'
import { armedFaultSchema } from '../../../src/faults/spec.ts'
import { clientRows, everyClientRow, unmetByClients } from '../../../src/sdk/exam/client-rows.ts'

test('each fault has one row, or a reason to have none', () => {
  const names = [...clientRows, ...unmetByClients].map(({ fault }) => fault)

  expect(names.toSorted()).toEqual(faultNames.toSorted())
})

test('those that have none are for other grants, other endpoints and other tokens', () => {
  const names: Record<string, string> = {}
  for (const { fault, why } of unmetByClients) {
    const reason = /grants|access|logout|\w+(?=, where no client)/.exec(why)?.[0] ?? why
    names[reason] = [...(names[reason]?.split(' ') ?? []), fault].join(' ')
  }

  expect(names).toEqual({
    grants: 'authorization_pending slow_down expired_token',
    access: 'id-token-as-access-token',
    logout: 'no-event wrong-event with-nonce no-sub-no-sid replayed-jti',
    backchannel_authentication:
      'expired_login_hint_token unknown_user_id missing_user_code invalid_user_code invalid_binding_message missing-interval expires-in-short',
    registration: 'invalid_client_metadata invalid_software_statement unapproved_software_statement',
    introspection: 'inactive',
    revocation: 'unsupported_token_type',
    device_authorization: 'missing-verification-uri-complete',
    end_session: 'logout-never-sent logout-sent-late logout-sent-twice',
  })
})

test.each(everyClientRow)('$fault can be armed at $place', ({ arm }) => {
  expect(checkArmedFault(armedFaultSchema.parse(arm))).toEqual([])
})

test('no fault is at one place twice', () => {
  const seen = everyClientRow.map(({ fault, place }) => `${fault} at ${place}`)

  expect(new Set(seen).size).toBe(seen.length)
})

test('what a client must refuse comes as often as it asks', () => {
  const once = everyClientRow.filter(({ expected, arm }) => expected === 'reject' && arm.times !== 'always')

  expect(once).toEqual([])
})

test.each([
  ['connection-reset', ['token', 'authorization', 'discovery', 'jwks', 'userinfo', 'refresh']],
  ['server_error', ['token', 'authorization', 'userinfo', 'refresh']],
  ['invalid-sig', ['token', 'authorization', 'userinfo']],
  ['nonce-invalid', ['token']],
  ['refresh-token-invalid-sub', ['refresh']],
  ['access_denied', ['authorization']],
  ['jwks-empty', ['jwks']],
])('%s is met at %j', (name, expected) => {
  const rows = everyClientRow.filter(({ fault }) => fault === name)

  expect(rows.map(({ place }) => place)).toEqual(expected)
})

test('what is felt later has a client go on', () => {
  const parts = Object.fromEntries(clientRows.map(({ fault, part }) => [fault, part]))

  expect(parts).toMatchObject({ 'user-locked': 'refresh', 'client-secret-rotated': 'login', invalid_token: 'userinfo' })
})

test.each([
  ['invalid-sig', 'token', 'reject'],
  ['invalid-athash', 'token', 'either'],
  ['missing-aud', 'userinfo', 'either'],
  ['missing-id-token', 'token', 'reject'],
  ['missing-id-token', 'refresh', 'accept'],
  ['truncate', 'token', 'reject'],
  ['truncate', 'authorization', 'either'],
])('%s at %s: a correct client has to %s', (name, at, expected) => {
  const row = everyClientRow.find(({ fault, place }) => fault === name && place === at)

  expect(row).toMatchObject({ expected })
})
