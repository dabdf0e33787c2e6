import { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { beforeAll, expect, test } from 'vitest'
import { Authority } from '../../src/certificates/authority.ts'
import { type ClientTrust, certificateOf, isTrusted, readHeader } from '../../src/certificates/client.ts'
import { orderCertificate } from '../../src/certificates/order.ts'
import { memoryStore } from '../../src/store/memory.ts'

let authority: Authority
let pem: string
let trust: ClientTrust

beforeAll(async () => {
  authority = new Authority(memoryStore().bucket('test'))
  pem = await issue()
  const authorities = [new X509Certificate(await authority.certificate())]
  trust = { tls: false, header: 'client-cert', authorities }
})

async function issue(more: { lifetimeSeconds?: number; selfSigned?: boolean } = {}): Promise<string> {
  const order = { subject: 'CN=app', names: [], lifetimeSeconds: 60, selfSigned: false, ...more }
  return (await orderCertificate(authority, order)).certificate
}

/** A request with a certificate in the header. */
function requestWith(value: string | undefined): IncomingMessage {
  return { headers: value === undefined ? {} : { 'client-cert': value }, socket: {} } as IncomingMessage
}

const base64Of = (certificate: string) => new X509Certificate(certificate).raw.toString('base64')

test.each<[string, () => string]>([
  ['nginx', () => encodeURIComponent(pem)],
  ['Apache', () => pem.trim().replaceAll('\n', ' ')],
  ['Traefik', () => base64Of(pem)],
  ['Traefik, with those who issued it', () => `${base64Of(pem)},${base64Of(pem)}`],
  ['Envoy', () => `By=spiffe://a;Hash=0123;Cert="${encodeURIComponent(pem)}";Subject="CN=app"`],
  ['RFC 9440', () => `:${base64Of(pem)}:`],
])('the certificate is read as %s writes it', (_, write) => {
  expect(readHeader(write())?.raw).toEqual(new X509Certificate(pem).raw)
})

test.each(['', 'none', '%', ':', '-----BEGIN CERTIFICATE-----', 'Cert=""', 'A'.repeat(5000)])(
  '%j is none',
  (written) => {
    expect(readHeader(written)).toBeUndefined()
  },
)

test('a request is asked once, and one without a header has none', () => {
  const request = requestWith(encodeURIComponent(pem))
  expect(certificateOf(request, trust)).toBe(certificateOf(request, trust))
  expect(certificateOf(requestWith(undefined), trust)).toBeUndefined()
  expect(isTrusted(requestWith(undefined), trust)).toBe(false)
})

test('trusted is what the authority has signed for clients, as long as it lasts', async () => {
  const trusted = async (certificate: string) => isTrusted(requestWith(encodeURIComponent(certificate)), trust)
  const server = await authority.issueServer([{ type: 'dns', value: 'localhost' }])
  const stranger = new Authority(memoryStore().bucket('stranger'))
  const strange = await stranger.issueClient({ subject: 'CN=app', names: [], lifetimeSeconds: 60, selfSigned: false })

  expect(await trusted(pem)).toBe(true)
  expect(await trusted(await issue({ lifetimeSeconds: -1 }))).toBe(false)
  expect(await trusted(await issue({ selfSigned: true }))).toBe(false)
  expect(await trusted(server.certificate)).toBe(false)
  expect(await trusted(strange.certificate)).toBe(false)
  expect(await trusted(await authority.certificate())).toBe(false)
})

test('a certificate that was changed after it was signed is not trusted', () => {
  const { raw } = new X509Certificate(pem)
  const changed = Buffer.from(raw.toString('latin1').replace('app', 'apq'), 'latin1').toString('base64')
  const request = requestWith(changed)

  expect(certificateOf(request, trust)?.subject).toBe('CN=apq')
  expect(isTrusted(request, trust)).toBe(false)
})
