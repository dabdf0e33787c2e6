import type { IncomingMessage } from 'node:http'

/** Header fields as one text, which {@link readHeaders} reads again. */
export function writeHeaders(headers: IncomingMessage['headers']): string {
  const fields: string[] = []
  for (const name in headers) {
    const value = headers[name]
    if (Array.isArray(value)) for (const each of value) fields.push(name, each)
    else fields.push(name, value ?? '')
  }
  return fields.join('\n')
}

/** Header fields of a text that {@link writeHeaders} wrote. */
export function readHeaders(text: string): IncomingMessage['headers'] {
  const headers: IncomingMessage['headers'] = {}
  const fields = text.split('\n')
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [name = '', value = ''] = fields.slice(at, at + 2)
    const before = headers[name]
    headers[name] = before === undefined ? value : [before, value].flat()
  }
  return headers
}
