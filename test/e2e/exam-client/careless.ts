import { pathToFileURL } from 'node:url'
import type { RoundOrder } from '../../../src/index.ts'
import { orderOfEnvironment } from './strict.ts'

type Order = Pick<RoundOrder, 'issuer' | 'clientId' | 'clientSecret' | 'redirectUri'>

interface Answer {
  [member: string]: string
}

/** A round of a client that takes whatever it is told, as long as it can read it. */
export async function carelessRound({ issuer, clientId, clientSecret = '', redirectUri }: Order): Promise<void> {
  const server = await read(await fetch(`${issuer}/.well-known/openid-configuration`))
  const asked = new URL(server.authorization_endpoint ?? '')
  asked.search = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid email',
    state: 'state',
    nonce: 'nonce',
  }).toString()
  const { headers } = await fetch(asked, { redirect: 'manual' })
  const code = new URL(headers.get('location') ?? '').searchParams.get('code') ?? ''

  const authorization = `Basic ${btoa(`${clientId}:${clientSecret}`)}`
  const ask = async (body: Record<string, string>) => {
    const init = { method: 'POST', headers: { authorization }, body: new URLSearchParams(body) }
    return read(await fetch(server.token_endpoint ?? '', init))
  }
  const tokens = await ask({ grant_type: 'authorization_code', code, redirect_uri: redirectUri })
  const [, payload = ''] = tokens.id_token?.split('.') ?? []
  JSON.parse(Buffer.from(payload, 'base64url').toString())

  await read(
    await fetch(server.userinfo_endpoint ?? '', { headers: { authorization: `Bearer ${tokens.access_token}` } }),
  )
  await ask({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' })
}

async function read(response: Response): Promise<Answer> {
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}`)
  return (await response.json()) as Answer
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await carelessRound(orderOfEnvironment())
