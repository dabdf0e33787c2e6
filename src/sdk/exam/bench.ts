import type { ClientEntry } from '../../control/entries.ts'
import { didYouMean, UnderstudyError } from '../../errors.ts'
import { likeRoot, openSource, type UnderstudySource } from '../source.ts'
import type { Understudy } from '../understudy.ts'
import type { UnderstudyIssuer } from '../verbs.ts'
import { startWithSingleKey } from './single-key.ts'

/** Who is to log in with what client; what is left out is the first that fits. */
export interface Cast {
  /** Client id. Default: the first with a redirect URI. */
  client?: string | undefined
  /** Username. Default: whom the client logs in without a page, else the first. */
  user?: string | undefined
  /** Default: the client's first. */
  redirectUri?: string | undefined
}

/** An issuer on which one fault is played, where the client logs its user in without a page. */
export interface Stage {
  issuer: UnderstudyIssuer
  /** As it is registered. */
  client: ClientEntry
  user: string
  redirectUri: string
  /** The certificate of the authority that signs for the issuer's HTTPS, as PEM, where it is the exam's own. */
  authority?: string
  /** Makes the issuer what it was before the fault. */
  renew(): Promise<void>
  end(): Promise<void>
}

/** What a fault needs of its issuer. */
export interface Needs {
  /** A JWKS with one key alone; not to be had where there is one stage for all. */
  singleKey?: boolean
}

/** Where an exam sets its stages: one for all, or each at an issuer of its own. */
export interface Bench {
  /** Whether there is one stage for all, so that faults are played one at a time. */
  isShared: boolean
  /** @throws UnderstudyError where no client fits, or the issuer cannot be as it is needed */
  open(needs?: Needs): Promise<Stage>
  close(): Promise<void>
}

/** A bench on one issuer that a client already knows; it is reset before and after each fault. */
export function sharedBench(issuer: UnderstudyIssuer, cast: Cast): Bench {
  async function open(): Promise<Stage> {
    await issuer.reset()
    return { ...(await staged(issuer, cast)), end: () => issuer.reset() }
  }
  return { isShared: true, open, close: async () => {} }
}

/** A bench that starts a server of its own, and on that an issuer for each fault. */
export async function ownBench(source: UnderstudySource, cast: Cast): Promise<Bench> {
  const idp = await openSource(source)
  const https = idp.origin.startsWith('https:')
  const trusted = https && { authority: await idp.certificates.authority() }
  let single: Promise<Understudy> | undefined
  async function open({ singleKey = false }: Needs = {}): Promise<Stage> {
    const declared = await likeRoot(idp, source)
    if (singleKey) {
      single ??= startWithSingleKey(declared, https)
      const other = await single
      const stage = await sharedBench(other, cast).open()
      return { ...stage, ...(https && { authority: await other.certificates.authority() }) }
    }
    const issuer = await idp.createIssuer(declared)
    const stage = await staged(issuer, cast)
    return { ...stage, ...trusted, end: async () => issuer[Symbol.asyncDispose]() }
  }
  async function close(): Promise<void> {
    await idp.close()
    const other = await single?.catch(() => undefined)
    await other?.close()
  }
  return { isShared: false, open, close }
}

async function staged(issuer: UnderstudyIssuer, cast: Cast): Promise<Omit<Stage, 'end'>> {
  const client = await clientOf(issuer, cast.client)
  const user = await userOf(issuer, cast.user ?? client.auto_login)
  const redirectUri = cast.redirectUri ?? client.redirect_uris?.[0] ?? ''
  async function direct(): Promise<void> {
    const uris = new Set([...(client.redirect_uris ?? []), redirectUri])
    const directed = { ...client, redirect_uris: [...uris], auto_login: user, consent: 'skip' as const }
    await issuer.clients.put(client.client_id, directed)
  }
  async function renew(): Promise<void> {
    await issuer.reset()
    await direct()
  }
  await direct()
  return { issuer, client, user, redirectUri, renew }
}

async function clientOf(issuer: UnderstudyIssuer, id: string | undefined): Promise<ClientEntry> {
  const clients = await issuer.clients.list()
  const found = clients.find((each) =>
    id === undefined ? (each.redirect_uris ?? []).length > 0 : each.client_id === id,
  )
  if (found !== undefined) return found
  const known = clients.map((each) => each.client_id)
  const what = id === undefined ? 'no client has a redirect URI' : `there is no client "${id}".${didYouMean(id, known)}`
  throw unfit(issuer, `${what} There ${known.length === 0 ? 'is none' : `are ${known.join(', ')}`}.`)
}

async function userOf(issuer: UnderstudyIssuer, name: string | undefined): Promise<string> {
  const known = (await issuer.users.list()).map(({ username }) => username)
  const found = name === undefined ? known[0] : known.find((each) => each === name)
  if (found !== undefined) return found
  const what = name === undefined ? 'it has no users' : `it has no user "${name}".${didYouMean(name, known)}`
  throw unfit(issuer, `${what}`)
}

function unfit({ name }: UnderstudyIssuer, why: string): UnderstudyError {
  return new UnderstudyError('ERR_EXAM_INVALID', 400, `Failed to set the exam at the issuer "${name}": ${why}`)
}
