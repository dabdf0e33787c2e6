import { Option } from 'commander'

/** An option that the environment can give as well: `--issuer-url` as UNDERSTUDY_ISSUER_URL. */
export function option(flags: string, description: string): Option {
  const declared = new Option(flags, description)
  return declared.env(`UNDERSTUDY_${declared.name().replaceAll('-', '_').toUpperCase()}`)
}

/** Whether a variable says yes. */
export function isSwitchedOn(variable: string): boolean {
  return !['', '0', 'false', 'no', 'off'].includes((process.env[variable] ?? '').toLowerCase())
}
