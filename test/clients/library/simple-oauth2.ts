import { AuthorizationCode } from 'simple-oauth2'
import { inPart, type Library, seenOf, type Target } from '../library.ts'
import { type Delivery, sendOff } from '../person.ts'

const redirectUri = 'http://localhost/callback'

/** The app is that of its README, which hands on the code that it is brought and looks at nothing else. */
export const simpleOauth2: Library = {
  name: 'simple-oauth2',
  package: 'simple-oauth2',
  about:
    'OAuth 2.0 alone: no discovery, no ID token, no userinfo. What the browser brings, `state` and errors among it, is for the app to look at; this one hands on the code and nothing else.',
  open: async () => ({ redirectUri, login: (target) => seenOf(() => round(target)), close: async () => {} }),
}

async function round(target: Target): Promise<void> {
  const client = await inPart('discovery', () => configured(target), codeOf)
  const asked = { redirect_uri: redirectUri, scope: 'profile email', state: 'a-state' }
  const url = await inPart('authorization', () => client.authorizeURL(asked), codeOf)
  const deliveries = await sendOff(url, redirectUri)
  const tokens = await inPart('callback', () => redeemAll(client, deliveries), codeOf)
  if (tokens.token.refresh_token !== undefined) await inPart('refresh', () => tokens.refresh(), codeOf)
}

function configured({ issuer, clientId, clientSecret = '', timeoutMs }: Target): AuthorizationCode {
  const { origin, pathname } = new URL(issuer)
  return new AuthorizationCode({
    client: { id: clientId, secret: clientSecret },
    auth: { tokenHost: origin, tokenPath: `${pathname}/token`, authorizePath: `${pathname}/auth` },
    http: { timeout: timeoutMs },
  })
}

/** Takes every delivery; what becomes of the last one is what a person sees. */
async function redeemAll(client: AuthorizationCode, deliveries: readonly Delivery[]) {
  for (const delivery of deliveries.slice(0, -1)) await redeem(client, delivery)
  return redeem(client, deliveries.at(-1) as Delivery)
}

/** A form is none of its business: the app reads the query. */
function redeem(client: AuthorizationCode, { url }: Delivery) {
  return client.getToken({ code: url.searchParams.get('code') ?? '', redirect_uri: redirectUri })
}

/** Its errors have no code but a status; what the server has said is in their data. */
function codeOf(error: unknown): string {
  const { output, data, name } = error as BoomLike
  const told = data?.payload?.error
  return [output?.payload.error ?? name, ...(typeof told === 'string' ? [told] : [])].join(' ')
}

interface BoomLike {
  name: string
  output?: { payload: { error: string } }
  data?: { payload?: { error?: unknown } }
}
