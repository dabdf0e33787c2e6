/** The admin API of the server on this machine, at the port that the environment says. */
export function localServer(host: string): string {
  const { UNDERSTUDY_ADMIN_PORT, UNDERSTUDY_PORT } = process.env
  return `http://${host}:${UNDERSTUDY_ADMIN_PORT ?? UNDERSTUDY_PORT ?? 9400}`
}
