import type { Stage } from './bench.ts'
import type { ClientRow } from './client-rows.ts'
import { attempt, type ClientRound, type RoundOrder, type Said } from './login.ts'
import type { Part } from './places.ts'
import { type Round, readRound } from './round.ts'

/** How a client is had log in. */
export interface Playing {
  /** Has the client under examination go through one round. */
  login: ClientRound
  /** How long a round may take, in milliseconds. Default: 30,000. */
  timeoutMs?: number
}

/** A round, as far as a client is to go, and what it meets there. */
export interface Asked {
  part: Part
  met?: ClientRow
}

/** Has a client go through one round; one that says that it logged in, and was given no tokens, has broken. */
export async function play(
  { login, timeoutMs = 30_000 }: Playing,
  stage: Stage,
  asked: Asked,
): Promise<{ said: Said; round: Round }> {
  const said = await attempt(login, orderOf(stage, asked), timeoutMs)
  const round = await readRound(stage.issuer)
  if (said.did !== 'accept' || round.wasGivenTokens) return { said, round }
  return { said: { did: 'break', seen: 'it says that it logged in, and was given no tokens' }, round }
}

function orderOf(
  { issuer, client, user, redirectUri, authority }: Stage,
  { part, met }: Asked,
): Omit<RoundOrder, 'signal'> {
  const { client_id: clientId, client_secret: clientSecret } = client
  return {
    issuer: issuer.url,
    clientId,
    ...(clientSecret !== undefined && { clientSecret }),
    redirectUri,
    user,
    ...(authority !== undefined && { authority }),
    part,
    ...(met && { fault: met.fault, place: met.place }),
  }
}
