import type { RunningIssuer } from '../../issuer/issuer.ts'
import type { Issuers } from '../../issuer/registry.ts'

/** How the operations reach what they operate on. */
export interface Access {
  /** With the edits of the fixtures in force. */
  registry(): Promise<Issuers>
  /**
   * One issuer, with the edits of the fixtures in force.
   *
   * @throws UnderstudyError `ERR_ISSUER_UNKNOWN`
   */
  issuer(name: string): Promise<RunningIssuer>
}

/** @param refresh brings edited fixtures into force; awaited before everything that looks at an issuer */
export function accessTo(issuers: Issuers, refresh: () => void | Promise<void>): Access {
  async function registry(): Promise<Issuers> {
    await refresh()
    return issuers
  }
  return { registry, issuer: async (name) => (await registry()).get(name) }
}
