import { Agent, fetch as send } from 'undici'
import { type Form, type Page, UserAgent } from '../user-agent.ts'
import { Refusal } from './library.ts'

/** How a browser brings an answer back to an app. */
export interface Delivery {
  /** Without a fragment, which no browser sends. */
  url: URL
  /** What is posted to it; undefined: it is fetched by GET. */
  form?: URLSearchParams
}

/**
 * Sends a browser off, and gives what it comes back with: one delivery, or two where the answer comes twice.
 *
 * @throws Refusal where it does not come back
 */
export async function sendOff(url: string | URL, redirectUri: string): Promise<Delivery[]> {
  // Of its own, so that what breaks between libraries and the server breaks nothing of the browser's,
  // who takes any certificate.
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } })
  const agent = new UserAgent(
    (at, init) => send(at as URL, { ...(init as object), dispatcher }) as Promise<unknown> as Promise<Response>,
  )
  try {
    const isBack = ({ origin, pathname }: URL) => origin + pathname === redirectUri
    const deliveries = await deliveriesOf(await agent.open(url, isBack), isBack)
    if (deliveries.length === 0) throw new Refusal({ did: 'wait' })
    return deliveries
  } finally {
    await dispatcher.close()
  }
}

function deliveriesOf(page: Page, isBack: (url: URL) => boolean): Delivery[] {
  if (page.status === 0) return [at(page.url)]
  const form = page.forms.find(({ action }) => URL.canParse(action) && isBack(new URL(action)))
  if (form !== undefined) return [posted(form)]
  const frame = /<iframe name="first" src="([^"]+)"/.exec(page.html)?.[1]
  if (frame === undefined) return []
  const url = new URL(frame.replaceAll('&amp;', '&'))
  return [at(url), at(url)]
}

function at(url: URL): Delivery {
  const sent = new URL(url)
  sent.hash = ''
  return { url: sent }
}

function posted({ action, fields }: Form): Delivery {
  return { url: new URL(action), form: new URLSearchParams(fields) }
}
