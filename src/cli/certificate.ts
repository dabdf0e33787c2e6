import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { CertificateOrder, IssuedCertificate } from '../control/certificates.ts'
import { examples } from './examples.ts'
import { connect, print, type RemoteOptions, withRemoteOptions } from './remote.ts'

interface CertificateOptions extends RemoteOptions {
  subject?: string
  dns?: string[]
  ip?: string[]
  email?: string[]
  uri?: string[]
  expiresIn?: string
  selfSigned?: boolean
  out?: string
}

export function certificateCommand(program: Command): void {
  const command = program
    .command('certificate')
    .argument('[name]', 'of the client, and of the files', 'client')
    .description('make a client certificate')
    .option('--subject <dn>', 'its distinguished name (default: CN=<name>)')
    .option('--dns <host...>', 'host names beside the subject')
    .option('--ip <address...>', 'IP addresses beside the subject')
    .option('--email <address...>', 'e-mail addresses beside the subject')
    .option('--uri <uri...>', 'URIs beside the subject')
    .option('--expires-in <time>', 'such as 30d; below zero, as --expires-in=-1d: it has expired (default: 365d)')
    .option('--self-signed', 'signed by its own key, for self_signed_tls_client_auth')
    .option('--out <folder>', 'where the files go (default: here)')
    .addHelpText(
      'after',
      examples(
        ['understudy certificate web-app', 'web-app.pem and web-app-key.pem, for CN=web-app'],
        ['understudy certificate web-app --uri spiffe://example/web-app --out certs', 'for tls_client_auth_san_uri'],
        ['understudy certificate web-app --self-signed', 'and what to register of it'],
      ),
    )
  withRemoteOptions(command).action(certificate)
}

async function certificate(name: string, options: CertificateOptions): Promise<void> {
  const control = await connect(options)
  const made = await control.issueCertificate(orderOf(name, options))
  if (options.json === true && options.out === undefined) return print(made, options, () => '')
  const folder = options.out ?? '.'
  const files = { certificate: join(folder, `${name}.pem`), private_key: join(folder, `${name}-key.pem`) }
  await mkdir(folder, { recursive: true })
  await writeFile(files.certificate, made.certificate)
  await writeFile(files.private_key, made.private_key, { mode: 0o600 })
  print({ ...made, files }, options, () => describe(files, made, options.selfSigned === true))
}

function orderOf(name: string, options: CertificateOptions): CertificateOrder {
  const {
    subject = `CN=${name.replaceAll(/[,+"\\<>;=#]/g, '\\$&')}`,
    dns,
    ip,
    email,
    uri,
    expiresIn,
    selfSigned,
  } = options
  const names = Object.entries({ dns, ip, email, uri }).filter(([, given]) => given !== undefined)
  return {
    subject,
    ...Object.fromEntries(names),
    ...(expiresIn !== undefined && { expires_in: expiresIn }),
    ...(selfSigned === true && { self_signed: true }),
  }
}

/** What was written, and what the fixtures have to say of the client. */
function describe(files: Record<string, string>, made: IssuedCertificate, selfSigned: boolean): string {
  const registered = selfSigned
    ? `token_endpoint_auth_method: self_signed_tls_client_auth\njwks: ${JSON.stringify({ keys: [made.jwk] })}`
    : `token_endpoint_auth_method: tls_client_auth\ntls_client_auth_subject_dn: ${JSON.stringify(made.subject)}`
  return `wrote ${files.certificate} and ${files.private_key}, until ${made.expires_at}\n${registered}\n`
}
