import type { FixturesModule } from '../fixtures/define.ts'
import { type ServerOptions, startServer } from '../server.ts'
import { type Understudy, understudyOf } from './understudy.ts'

export interface UnderstudyOptions extends Omit<ServerOptions, 'fixtures' | 'inline'> {
  /** The fixtures themselves, or the path of a file or folder, or several. Default: the documented example. */
  fixtures?: FixturesModule | string | readonly string[] | undefined
}

/**
 * Starts an Understudy in this process, on a free port and in memory unless told otherwise.
 *
 * @throws UnderstudyError `ERR_FIXTURES_INVALID` with every mistake, `ERR_PORT_IN_USE`, `ERR_STORE_…`
 */
export async function startUnderstudy({ fixtures, ...options }: UnderstudyOptions = {}): Promise<Understudy> {
  const paths = typeof fixtures === 'string' ? [fixtures] : fixtures
  const given = isPaths(paths) ? { fixtures: paths } : { inline: paths }
  const { control, registry, url, adminUrl, close } = await startServer({
    port: 0,
    logLevel: 'warn',
    ...options,
    ...given,
  })
  const urlOf = (name: string) => registry.get(name).provider.naming.issuerFor(undefined)
  return understudyOf({ control, origin: url, adminUrl, urlOf, close })
}

function isPaths(fixtures: FixturesModule | readonly string[] | undefined): fixtures is readonly string[] | undefined {
  return fixtures === undefined || Array.isArray(fixtures)
}
