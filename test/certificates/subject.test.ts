import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { Authority } from '../../src/certificates/authority.ts'
import type { AlternativeName } from '../../src/certificates/certificate.ts'
import { matchesSubject, subjectOf } from '../../src/certificates/subject.ts'
import { memoryStore } from '../../src/store/memory.ts'

const authority = new Authority(memoryStore().bucket('test'))

async function certificate(subject: string, names: AlternativeName[] = []): Promise<X509Certificate> {
  const made = await authority.issueClient({ subject, names, lifetimeSeconds: 60, selfSigned: true })
  return new X509Certificate(made.certificate)
}

test.each([
  ['CN=app', 'CN=app'],
  ['CN=app,O=Example', 'cn = app , o = Example'],
  ['CN=app,O=Example', 'O=Example,CN=app'],
  ['CN=app,O=Example', '2.5.4.3=app,2.5.4.10=Example'],
  ['CN=R\\, D,O=A\\+B', 'CN="R, D",O=A\\2BB'],
  ['CN=Zoë', 'CN=Zo\\C3\\AB'],
  ['E=app@example.com,CN=app', 'emailAddress=app@example.com,CN=app'],
])('%j is known as %j', async (subject, registered) => {
  expect(matchesSubject(await certificate(subject), 'tls_client_auth_subject_dn', registered)).toBe(true)
})

test.each([
  ['CN=app', 'CN=App'],
  ['CN=app', 'OU=app'],
  ['CN=app', ''],
  ['CN=app,O=Example', 'CN=app'],
  ['CN=app', 'CN=app,O=Example'],
  ['CN=a,CN=b,CN=c', 'CN=b,CN=a,CN=c'],
  ['CN=app\\,O=Example', 'CN=app,O=Example'],
])('%j is not known as %j', async (subject, registered) => {
  expect(matchesSubject(await certificate(subject), 'tls_client_auth_subject_dn', registered)).toBe(false)
})

test('a subject is written as RFC 4514 has it', async () => {
  expect(subjectOf(await certificate('CN=R\\, D,OU=x+L=y,O=Example'))).toBe('CN=R\\, D,OU=x+L=y,O=Example')
})

test('alternative names are taken whole, each as its kind', async () => {
  const shown = await certificate('CN=app', [
    { type: 'dns', value: 'app.example' },
    { type: 'uri', value: 'https://app.example/?a=1, DNS:evil.example' },
    { type: 'ip', value: '192.0.2.1' },
    { type: 'email', value: 'app@example.com' },
  ])

  expect(matchesSubject(shown, 'tls_client_auth_san_dns', 'APP.example')).toBe(true)
  expect(matchesSubject(shown, 'tls_client_auth_san_dns', 'evil.example')).toBe(false)
  expect(matchesSubject(shown, 'tls_client_auth_san_dns', 'example')).toBe(false)
  expect(matchesSubject(shown, 'tls_client_auth_san_uri', 'https://app.example/?a=1, DNS:evil.example')).toBe(true)
  expect(matchesSubject(shown, 'tls_client_auth_san_uri', 'app.example')).toBe(false)
  expect(matchesSubject(shown, 'tls_client_auth_san_ip', '192.0.2.1')).toBe(true)
  expect(matchesSubject(shown, 'tls_client_auth_san_ip', '192.0.2.10')).toBe(false)
  expect(matchesSubject(shown, 'tls_client_auth_san_email', 'app@example.com')).toBe(true)
  expect(matchesSubject(await certificate('CN=app'), 'tls_client_auth_san_dns', 'app')).toBe(false)
})
