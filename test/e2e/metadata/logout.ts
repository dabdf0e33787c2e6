import { decodeJwt } from 'jose'
import { expect } from 'vitest'
import { type Page, UserAgent } from '../../user-agent.ts'
import { receiveLogouts } from '../logout-receiver.ts'
import type { Proof } from './proof.ts'
import type { Walk } from './walk.ts'

/** Logs in and out again; what the client heard of it. */
async function logOut(walk: Walk, session: boolean) {
  let id = ''
  const trust = () => ({ issuer: walk.url, clientId: id, jwksUri: walk.metadata.jwks_uri as string })
  const receiver = await receiveLogouts(trust)
  id = await walk.client({
    id_token_signed_response_alg: walk.issuer.name === 'es256' ? 'ES256' : 'RS256',
    backchannel_logout_uri: receiver.uri,
    backchannel_logout_session_required: session,
    frontchannel_logout_uri: 'http://localhost:3000/frontchannel-logout',
    frontchannel_logout_session_required: session,
  })
  const agent = new UserAgent(walk.fetch)
  const { id_token: hint = '' } = await walk.login(id, {}, agent)
  const page = await end(walk, hint, agent)
  await receiver.close()
  return { taken: receiver.taken, refused: receiver.refused, page: page?.html, sid: decodeJwt(hint).sid }
}

/** Ends a session as a person does; as the provider itself where people cannot. */
async function end(walk: Walk, hint: string, agent: UserAgent): Promise<Page | undefined> {
  if (walk.metadata.end_session_endpoint === undefined) {
    await walk.issuer.logout({ user: 'alice' })
    return undefined
  }
  const target = new URL(walk.metadata.end_session_endpoint as string)
  target.searchParams.set('id_token_hint', hint)
  return agent.submit(await agent.open(target), /name="logout"/, { logout: 'yes' })
}

export const logout: Record<string, Proof> = {
  backchannel_logout_supported: {
    async stated(walk) {
      const { taken, refused } = await logOut(walk, false)
      expect({ taken, refused }).toMatchObject({ taken: [{ sub: '100101' }], refused: [] })
    },
  },
  backchannel_logout_session_supported: {
    async stated(walk) {
      const { taken, sid } = await logOut(walk, true)
      expect(sid).toBeTypeOf('string')
      expect(taken).toMatchObject([{ sid }])
    },
  },
  frontchannel_logout_supported: {
    async stated(walk) {
      expect((await logOut(walk, false)).page).toContain('src="http://localhost:3000/frontchannel-logout')
    },
  },
  frontchannel_logout_session_supported: {
    async stated(walk) {
      const { page, sid } = await logOut(walk, true)
      expect(page).toContain(`sid=${sid}`)
    },
  },
}
