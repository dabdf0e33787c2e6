import { expect, test } from 'vitest'
import { serveAdmin } from '../http/admin/serve.ts'
import { complaintsOf } from './check.ts'
import { type Exchange, recordAdminTraffic } from './record.ts'

const root = 'http://localhost/_understudy'

function exchange(parts: Partial<Exchange> & { path?: string }): Exchange {
  const { path = '/api/issuers/default/scenarios/slow', ...rest } = parts
  return {
    method: 'PUT',
    url: new URL(root + path),
    sent: '{"enabled":true}',
    status: 200,
    type: 'application/json',
    answer: '{"name":"slow","enabled":true}',
    ...rest,
  }
}

const problem = { type: 'about:blank', title: 'Not Found', status: 404, detail: 'None.', code: 'ERR_SCENARIO_UNKNOWN' }

test.each<[string, Partial<Exchange> & { path?: string }]>([
  ['a good answer', {}],
  [
    'a declared problem',
    { status: 404, type: 'application/problem+json', answer: JSON.stringify(problem), sent: 'nonsense' },
  ],
  ['an unknown path that is refused', { path: '/nothing', status: 404 }],
  ['an answer to HEAD', { method: 'HEAD', path: '/health', sent: '', answer: '' }],
])('%s fits', (_what, parts) => {
  expect(complaintsOf(exchange(parts))).toEqual([])
})

test.each<[string, Partial<Exchange> & { path?: string }, string]>([
  ['an undeclared status', { status: 202 }, 'the status is not declared'],
  ['an undeclared type', { type: 'text/plain' }, 'the type text/plain is not declared'],
  [
    'an undeclared member',
    { answer: '{"name":"slow","enabled":true,"more":1}' },
    'must NOT have additional properties',
  ],
  ['a missing member', { answer: '{"name":"slow"}' }, "must have required property 'enabled'"],
  [
    'a body where none is declared',
    { path: '/api/issuers/default/faults', method: 'DELETE', sent: '', status: 204 },
    'without a body',
  ],
  ['an unknown operation that is answered', { path: '/nothing' }, 'has no such operation'],
  [
    'an unknown parameter that is taken',
    { path: '/api/issuers/default/scenarios/slow?a=1' },
    'parameter "a" is not declared',
  ],
  ['a body that is taken and does not fit', { sent: '{"enabled":1}' }, 'body/enabled must be boolean'],
  ['a body that is missing', { sent: '' }, 'there is no body'],
  [
    'a problem of another status',
    { status: 404, type: 'application/problem+json', answer: JSON.stringify({ ...problem, status: 400 }) },
    'must be equal to constant',
  ],
  [
    'a problem that is not declared there',
    { status: 404, type: 'application/problem+json', answer: JSON.stringify({ ...problem, code: 'ERR_OTHER' }) },
    'must be equal to one of the allowed values',
  ],
])('%s is told', (_what, parts, complaint) => {
  expect(complaintsOf(exchange(parts)).join('\n')).toContain(complaint)
})

test('what goes over the wire is heard as it was sent and answered', async () => {
  const traffic = recordAdminTraffic()
  const admin = await serveAdmin()
  const headers = { 'content-type': 'application/json' }
  await admin.ask('/elsewhere')
  await admin.ask('/_understudy/api/issuers/default/scenarios/tv-expires', {
    method: 'PUT',
    headers,
    body: '{"enabled":true}',
  })
  await admin.close()
  traffic.stop()

  expect(traffic.exchanges).toEqual([
    exchange({
      path: '/api/issuers/default/scenarios/tv-expires',
      answer: '{"name":"tv-expires","description":"The TV is too slow","enabled":true}',
    }),
  ])
})
