import { expect, test } from 'vitest'
import { defineAnswerFault, noParams } from '../../src/faults/fault.ts'
import { commonReach, describeReach } from '../../src/faults/reach.ts'

/** A fault for some grants at the token endpoint, which can fire at introspection too, and at revocation if asked to. */
const faultFor = (...grantTypes: string[]) =>
  defineAnswerFault({
    name: 'made-up',
    summary: 'Is made up.',
    see: 'https://example.com/',
    endpoints: ['token', 'introspection'],
    alsoAt: ['revocation'],
    grantTypes,
    client: 'handle',
    params: noParams,
    answer: () => ({ status: 200, headers: {}, body: {} }),
  })

test('faults that share no grant share no token request', () => {
  const reach = commonReach([faultFor('device_code'), faultFor('refresh_token')])
  expect([...reach.endpoints]).toEqual(['introspection'])
})

test('faults meet with the grants that they share', () => {
  const reach = commonReach([faultFor('device_code', 'refresh_token'), faultFor('refresh_token', 'ciba')])
  expect([...reach.endpoints]).toEqual(['token', 'introspection'])
  expect(reach.grantTypes).toEqual(['refresh_token'])
})

test('an endpoint that must be asked for is one only if asked for', () => {
  expect([...commonReach([faultFor('ciba')]).endpoints]).not.toContain('revocation')
  expect([...commonReach([faultFor('ciba')], ['revocation', 'jwks']).endpoints]).toEqual(['revocation'])
})

test('where a fault can fire is told whole', () => {
  expect(describeReach(faultFor('device_code', 'ciba'))).toBe(
    'token (grant type device_code or ciba), introspection, revocation',
  )
})
