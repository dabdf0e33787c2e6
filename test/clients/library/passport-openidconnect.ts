import { once } from 'node:events'
import { getCACertificates } from 'node:tls'
import { Worker } from 'node:worker_threads'
import { type Library, type RelyingParty, seenOf } from '../library.ts'
import { Visitor } from '../web-app.ts'

/** The app has a thread of its own, as the library may throw where nobody can catch it. */
export const passportOpenidconnect: Library = {
  name: 'passport-openidconnect',
  how: 'nonce, maxAge, skipUserProfile: false',
  package: 'passport-openidconnect',
  about:
    'It knows neither discovery nor PKCE nor refresh, and never looks at signatures. Its errors are texts; `uncaught` is what ends the process.',
  open,
}

async function open(): Promise<RelyingParty> {
  const worker = new Worker(new URL('passport-openidconnect-app.ts', import.meta.url), { execArgv: [] })
  const [origin] = (await once(worker, 'message')) as [string]
  return {
    redirectUri: `${origin}/callback`,
    login: ({ issuer, clientId, clientSecret = '' }) =>
      seenOf(async () => {
        if (issuer.startsWith('https:')) await trustAsHere(worker)
        const visitor = new Visitor(origin)
        const tenant = new URLSearchParams({ issuer, clientId, clientSecret })
        await visitor.goAndComeBack(await visitor.open('authorization', `/login?${tenant}`), '/callback')
      }),
    close: async () => void (await worker.terminate()),
  }
}

/** Each thread has authorities of its own that it trusts. */
async function trustAsHere(worker: Worker): Promise<void> {
  const trusted = once(worker, 'message')
  worker.postMessage(getCACertificates('default'))
  await trusted
}
