import { type Command, Option } from 'commander'
import { option } from './environment.ts'
import { wholeNumber } from './numbers.ts'

/** What `start` is told of HTTPS and of certificates. */
export interface HttpsOptions {
  https?: boolean
  tlsCert?: string
  tlsKey?: string
  tlsClientCa?: string
  httpPort?: number
  clientCertHeader?: string
}

export function withHttpsOptions(command: Command): Command {
  return command
    .addOption(new Option('--https', 'serve HTTPS, by an authority of its own (env: UNDERSTUDY_HTTPS)'))
    .addOption(option('--tls-cert <path>', 'serve HTTPS with this certificate, as PEM'))
    .addOption(option('--tls-key <path>', 'its private key, as PEM'))
    .addOption(option('--tls-client-ca <path>', 'take client certificates of this authority, too, as PEM'))
    .addOption(option('--http-port <number>', 'plain HTTP beside HTTPS').argParser(wholeNumber(0, 65_535)))
    .addOption(option('--client-cert-header <name>', 'by which a proxy hands client certificates on'))
}
