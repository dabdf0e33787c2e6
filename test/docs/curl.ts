/** Does what the documentation asks of curl, on machines that have none. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: 'boolean', short: 's' },
    request: { type: 'string', short: 'X' },
    header: { type: 'string', short: 'H', multiple: true, default: [] },
    data: { type: 'string', short: 'd', multiple: true, default: [] },
    json: { type: 'string' },
    user: { type: 'string', short: 'u' },
    output: { type: 'string', short: 'o' },
    'write-out': { type: 'string', short: 'w' },
    cacert: { type: 'string' },
    cert: { type: 'string' },
    key: { type: 'string' },
  },
})

const { json, user, data } = values
const body = json ?? (data.length > 0 ? data.join('&') : undefined)
const headers = Object.fromEntries(values.header.map((header) => header.split(/: */, 2)))
if (user !== undefined) headers.authorization = `Basic ${btoa(user)}`
if (json !== undefined) headers['content-type'] = 'application/json'
else if (body !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded'

const method = values.request ?? (body === undefined ? 'GET' : 'POST')
const url = positionals[0] ?? ''
const fileOf = (path: string | undefined) => path && readFileSync(path)
const tls = { ca: fileOf(values.cacert), cert: fileOf(values.cert), key: fileOf(values.key) }
const asking = url.startsWith('https:')
  ? requestSecurely(url, { method, headers, ...tls }).end(body)
  : request(url, { method, headers }).end(body)
const [answer] = (await once(asking, 'response')) as [IncomingMessage]
const said = await text(answer)
if (values.output === undefined) process.stdout.write(said)
process.stdout.write((values['write-out'] ?? '').replaceAll('%{redirect_url}', answer.headers.location ?? ''))
