import { isSwitchedOn } from './environment.ts'

/** The admin API of the server on this machine, at the port that the environment says. */
export function localServer(host: string): string {
  const { UNDERSTUDY_ADMIN_PORT, UNDERSTUDY_PORT, UNDERSTUDY_TLS_CERT } = process.env
  const isSecure = isSwitchedOn('UNDERSTUDY_HTTPS') || UNDERSTUDY_TLS_CERT !== undefined
  return `${isSecure ? 'https' : 'http'}://${host}:${UNDERSTUDY_ADMIN_PORT ?? UNDERSTUDY_PORT ?? 9400}`
}
