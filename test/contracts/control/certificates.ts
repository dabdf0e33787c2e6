import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { type ControlUnderTest, failure } from '../control.ts'

/** What every control does with certificates. */
export function certificatesContract(subject: () => ControlUnderTest): void {
  test('the authority is one and the same, and signs what clients order', async () => {
    const { control } = subject()

    const authority = new X509Certificate(await control.authority())
    const again = new X509Certificate(await control.authority())
    const made = await control.issueCertificate({
      subject: 'CN=web-app,O=Example',
      dns: ['app.example'],
      expires_in: '2d',
    })

    const certificate = new X509Certificate(made.certificate)
    expect(again.fingerprint256).toBe(authority.fingerprint256)
    expect(authority.ca).toBe(true)
    expect(certificate.checkIssued(authority) && certificate.verify(authority.publicKey)).toBe(true)
    expect(certificate.ca).toBe(false)
    expect(certificate.subject).toBe('O=Example\nCN=web-app')
    expect(certificate.subjectAltName).toBe('DNS:app.example')
    expect(made).toMatchObject({
      subject: 'CN=web-app,O=Example',
      private_key: expect.stringMatching(/^-----BEGIN PRIVATE KEY-----\n/),
      jwk: { kty: 'EC', crv: 'P-256', x5c: [certificate.raw.toString('base64')] },
    })
    expect(Date.parse(made.expires_at) - Date.now()).toBeGreaterThan(47 * 3_600_000)
    expect(Date.parse(made.expires_at) - Date.now()).toBeLessThan(49 * 3_600_000)
  })

  test('an order of nothing is one for a year; one that signs itself needs no authority', async () => {
    const { control } = subject()

    const usual = new X509Certificate((await control.issueCertificate()).certificate)
    const own = new X509Certificate((await control.issueCertificate({ self_signed: true })).certificate)

    expect(usual.subject).toBe('CN=client')
    expect(usual.issuer).not.toBe(usual.subject)
    expect(own.issuer).toBe(own.subject)
    expect(own.verify(own.publicKey)).toBe(true)
  })

  test.each([{ subject: 'web-app' }, { ip: ['nowhere'] }])(
    'what no certificate can say is refused: %j',
    async (order) => {
      const error = await failure(subject().control.issueCertificate(order))
      expect(error).toMatchObject({ code: 'ERR_CERTIFICATE_ORDER', status: 400 })
      expect(error.message).toMatch(/^Failed to make the certificate: /)
    },
  )

  test('a time that is none is refused', async () => {
    const error = await failure(subject().control.issueCertificate({ expires_in: 'soon' }))
    expect(error).toMatchObject({ code: 'ERR_REQUEST_INVALID', status: 400 })
  })
}
