import type { JournalEntry, RequestsQuery } from '../control/requests.ts'
import { UnderstudyError } from '../errors.ts'
import { tagCookies } from './cookies.ts'
import type { ArmInput } from './faults.ts'
import type { Requests } from './requests.ts'
import { checkTag } from './tag.ts'
import type { TaggedIssuer, UnderstudyIssuer } from './verbs.ts'

/**
 * An issuer as one of several tests at once has it, each with a tag: faults, journal, what is verified and what is reset
 * are those of requests with this tag, and of flows that began with one; all else is the issuer's own.
 *
 * @throws UnderstudyError `ERR_TAG_INVALID`
 */
export function tagged(issuer: UnderstudyIssuer, hosts: readonly string[], tag: string): TaggedIssuer {
  checkTag(tag)
  const requests = taggedRequests(issuer.requests, tag)

  async function armed() {
    return (await issuer.armed()).filter(({ when }) => when.tag === tag)
  }

  function arm(fault: ArmInput) {
    const spec = typeof fault === 'string' ? { fault } : fault
    return issuer.arm({ ...spec, when: { ...spec.when, tag } })
  }

  async function disarm(id?: string): Promise<void> {
    const mine = (await armed()).filter((fault) => id === undefined || fault.id === id)
    if (id !== undefined && mine.length === 0) throw notArmed(id, tag)
    await Promise.all(mine.map((fault) => issuer.disarm(fault.id)))
  }

  return {
    ...issuer,
    tag,
    cookies: tagCookies(hosts, tag),
    arm,
    armed,
    disarm,
    scenario: async (name) => {
      throw sharedScenario(name, tag)
    },
    requests,
    verify: (expected) => issuer.verify({ ...(Array.isArray(expected) ? { expect: expected } : expected), tag }),
    login: (user, options) => issuer.login(user, { ...options, tag }),
    async reset({ keep = [] } = {}) {
      if (!keep.includes('faults')) await disarm()
      if (!keep.includes('requests')) await requests.clear()
    },
  }
}

/** The part of a journal that has a tag. */
function taggedRequests(requests: Requests, tag: string): Requests {
  async function get(id: string, options: { secrets?: boolean } = {}): Promise<JournalEntry> {
    // An entry tells one tag, and may have another of its flow: only a query knows both.
    const since = /^[1-9]\d*$/.test(id) ? Number(id) - 1 : undefined
    const [entry] = since === undefined ? [] : await requests({ ...options, tag, since, limit: 1 })
    if (entry?.id === id) return entry
    const message = `Failed to find the request "${id}" with the tag "${tag}": there is no such entry. It may have given way to newer ones, or have another tag.`
    throw new UnderstudyError('ERR_REQUEST_UNKNOWN', 404, message)
  }

  return Object.assign((query?: RequestsQuery) => requests({ ...query, tag }), {
    get,
    clear: () => requests.clear({ tag }),
    follow: (query?: RequestsQuery, following?: { signal?: AbortSignal }) =>
      requests.follow({ ...query, tag }, following),
  })
}

function notArmed(id: string, tag: string): UnderstudyError {
  const message = `Failed to disarm "${id}": no armed fault with the tag "${tag}" has this id.`
  return new UnderstudyError('ERR_ARMED_UNKNOWN', 404, message)
}

function sharedScenario(name: string, tag: string): UnderstudyError {
  const message = `Failed to toggle the scenario "${name}" for the tag "${tag}" alone: its faults are for all who ask. Arm them one by one here, or toggle it at the issuer that is not tagged.`
  return new UnderstudyError('ERR_TAG_SCOPE', 409, message)
}
