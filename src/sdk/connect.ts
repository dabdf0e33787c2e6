import type { Control } from '../control/control.ts'
import { connectControl } from '../control/http-client.ts'
import type { IssuerSummary } from '../control/issuers.ts'
import { didYouMean, UnderstudyError } from '../errors.ts'
import { type Understudy, understudyOf } from './understudy.ts'

export interface ConnectOptions {
  /** The token that the server was started with, if any. */
  adminToken?: string | undefined
  /** How long to wait for a server that is not there yet, as in compose, in milliseconds. Default: 0. */
  waitMs?: number | undefined
  /** How long each answer is waited for, in milliseconds. Default: 30,000. */
  timeoutMs?: number | undefined
}

/** How often a server is asked whether it is there. */
const knockMs = 100

/**
 * Takes hold of an Understudy that runs elsewhere: the same verbs as those of one that this process has started.
 *
 * @param url of the server, such as `http://localhost:9400`
 * @throws UnderstudyError `ERR_SERVER_URL`, `ERR_SERVER_UNREACHABLE`, `ERR_SERVER_UNKNOWN`, `ERR_ADMIN_TOKEN`
 */
export async function connect(url: string | URL, options: ConnectOptions = {}): Promise<Understudy> {
  const { adminToken, timeoutMs, waitMs = 0 } = options
  const origin = String(url).replace(/\/+$/, '')
  const asked = connectControl({ server: origin, adminToken, timeoutMs })
  const known = new Map<string, string>()
  const control = remembering(asked, known)
  await untilReady(() => control.issuers(), waitMs)
  return understudyOf({ control, origin, adminUrl: origin, urlOf: (name) => urlOf(known, name), close: async () => {} })
}

/** A control that notes the URLs of all issuers that it hears of. */
function remembering(control: Control, known: Map<string, string>): Control {
  const note = ({ name, issuer }: IssuerSummary) => known.set(name, issuer)
  return {
    ...control,
    async issuers() {
      const issuers = await control.issuers()
      known.clear()
      issuers.forEach(note)
      return issuers
    },
    async createIssuer(declared) {
      const created = await control.createIssuer(declared)
      note(created)
      return created
    },
    async endIssuer(name) {
      await control.endIssuer(name)
      known.delete(name)
    },
  }
}

async function untilReady(ask: () => Promise<unknown>, waitMs: number): Promise<void> {
  const untilMs = Date.now() + waitMs
  for (;;) {
    try {
      await ask()
      return
    } catch (error) {
      const isAway = error instanceof UnderstudyError && error.code === 'ERR_SERVER_UNREACHABLE'
      if (!isAway || Date.now() >= untilMs) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, knockMs))
  }
}

function urlOf(known: ReadonlyMap<string, string>, name: string): string {
  const url = known.get(name)
  if (url !== undefined) return url
  const message = `Failed to find the issuer "${name}": there was none when the server was last asked.${didYouMean(name, known.keys())} One that is newer is found after issuers().`
  throw new UnderstudyError('ERR_ISSUER_UNKNOWN', 404, message)
}
