import type { FixturesModule } from '../fixtures/define.ts'
import { type ServerOptions, startServer } from '../server.ts'
import { type Understudy, understudyOf } from './understudy.ts'

export interface UnderstudyOptions extends Omit<ServerOptions, 'fixtures' | 'inline'> {
  /** The fixtures themselves, or the path of a file or folder, or several. Default: the documented example. */
  fixtures?: FixturesModule | string | readonly string[] | undefined
}

/**
 * Starts an Understudy in this process, on a free port and in memory unless told otherwise. Until it is closed, the process
 * trusts the authority of its HTTPS.
 *
 * @throws UnderstudyError `ERR_OPTIONS_INVALID`, `ERR_FIXTURES_INVALID` with every mistake, `ERR_PORT_IN_USE`, `ERR_STORE_…`
 */
export async function startUnderstudy({ fixtures, ...options }: UnderstudyOptions = {}): Promise<Understudy> {
  const paths = typeof fixtures === 'string' ? [fixtures] : fixtures
  const given = isPaths(paths) ? { fixtures: paths } : { inline: paths }
  const { control, registry, url, adminUrl, httpUrl, close } = await startServer({
    port: 0,
    logLevel: 'warn',
    ...options,
    ...given,
  })
  const urlOf = (name: string) => registry.get(name).provider.naming.issuerFor(undefined)
  if (!url.startsWith('https:')) return understudyOf({ control, origin: url, adminUrl, urlOf, close })
  const { trustAuthority } = await import('./trust.ts')
  const distrust = trustAuthority(await control.authority())
  const end = async () => {
    distrust()
    await close()
  }
  return understudyOf({ control, origin: url, adminUrl, httpUrl, urlOf, close: end })
}

function isPaths(fixtures: FixturesModule | readonly string[] | undefined): fixtures is readonly string[] | undefined {
  return fixtures === undefined || Array.isArray(fixtures)
}
