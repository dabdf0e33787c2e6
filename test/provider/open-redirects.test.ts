import { expect, test } from 'vitest'
import { isOpenRedirect } from '../../src/provider/open-clients.ts'

test.each([
  'com.example.app:/callback',
  'com.example.app://callback',
  'http://localhost:3000/cb',
  'https://tenant.localhost/cb',
])('a browser may be sent to %s', (uri) => {
  expect(isOpenRedirect(uri)).toBe(true)
})

test.each([
  'view-source:http://localhost/cb',
  'filesystem:http://localhost/temporary/x',
  'intent://whatever.example/#Intent;end',
  'intent://whatever.example/',
  'chrome://settings',
  'mailto:somebody@example.com',
  'exp://192.168.0.2:8081/--/callback',
  'ws://localhost/cb',
  'ftp://localhost/cb',
])('a browser may not be sent to %s', (uri) => {
  expect(isOpenRedirect(uri)).toBe(false)
})
