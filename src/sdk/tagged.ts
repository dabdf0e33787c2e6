import type { RequestsQuery } from '../control/requests.ts'
import { tagCookies } from './cookies.ts'
import type { ArmInput } from './faults.ts'
import type { TaggedIssuer, UnderstudyIssuer } from './verbs.ts'

/**
 * An issuer as one of several tests at once has it, each with a tag: faults, journal and what is verified are those of
 * requests with this tag, and of flows that began with one; all else is the issuer's own.
 */
export function tagged(issuer: UnderstudyIssuer, hosts: readonly string[], tag: string): TaggedIssuer {
  const { requests } = issuer

  async function armed() {
    return (await issuer.armed()).filter(({ when }) => when.tag === tag)
  }

  function arm(fault: ArmInput) {
    const spec = typeof fault === 'string' ? { fault } : fault
    return issuer.arm({ ...spec, when: { ...spec.when, tag } })
  }

  async function disarm(id?: string): Promise<void> {
    if (id !== undefined) return issuer.disarm(id)
    await Promise.all((await armed()).map((fault) => issuer.disarm(fault.id)))
  }

  return {
    ...issuer,
    tag,
    cookies: tagCookies(hosts, tag),
    arm,
    armed,
    disarm,
    requests: Object.assign((query?: RequestsQuery) => requests({ ...query, tag }), {
      get: requests.get,
      clear: requests.clear,
      follow: (query?: RequestsQuery, following?: { signal?: AbortSignal }) =>
        requests.follow({ ...query, tag }, following),
    }),
    verify: (expected) => issuer.verify({ ...(Array.isArray(expected) ? { expect: expected } : expected), tag }),
    login: (user, options) => issuer.login(user, { tag, ...options }),
  }
}
